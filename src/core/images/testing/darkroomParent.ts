// Holds a darkroom and says which process it started, until it is killed.
import { createDarkroom } from '../createDarkroom.ts'

const [, , entry = ''] = process.argv
const darkroom = createDarkroom({ entry, processes: 1 })
const { problem } = await darkroom.inspect('/fine', new AbortController().signal)
console.log(problem?.detail)
await darkroom.inspect('/held', new AbortController().signal)
