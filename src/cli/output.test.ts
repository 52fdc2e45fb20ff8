import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Totals } from '../shared/model/frame.ts'
import { Output } from './output.ts'

const totals: Totals = {
  collectionId: null,
  frames: 10,
  waiting: 5,
  working: 1,
  done: 4,
  needsYou: 0,
  cancelled: 0,
  totalBytes: 100_000_000,
  doneBytes: 50_000_000,
  bytesPerSecond: 2_000_000,
  secondsLeft: 25,
  limitBytesPerSecond: null,
  hold: null
}

function terminal(isTTY: boolean, columns?: number) {
  const written: string[] = []
  const stream = () =>
    new Writable({
      write(chunk, _encoding, done) {
        written.push(String(chunk))
        done()
      }
    })
  const err = Object.assign(stream(), { isTTY, ...(columns === undefined ? {} : { columns }) })
  return { written, streams: { out: stream(), err } }
}

describe('Output', () => {
  it('draws the bar whole, also on a terminal that does not tell its width', () => {
    for (const columns of [undefined, 0, 120]) {
      const { written, streams } = terminal(true, columns)
      new Output(false, streams).bar(totals)
      expect(written.join('')).toContain('████████████░░░░░░░░░░░░  4/10  50 MB of 100 MB  2 MB/s  25 s')
    }
  })

  it('cuts the bar to a narrow terminal', () => {
    const { written, streams } = terminal(true, 20)
    new Output(false, streams).bar(totals)
    expect(written.join('').replace('\r\u001b[2K', '')).toHaveLength(19)
  })

  it('draws none where standard error is not a terminal', () => {
    const { written, streams } = terminal(false)
    new Output(false, streams).bar(totals)
    expect(written).toEqual([])
  })

  it('with --json keeps lines to itself and writes the result as one', () => {
    const { written, streams } = terminal(false)
    const output = new Output(true, streams)
    output.line('https://example.com/a.jpg')
    output.result({ files: 1 })
    expect(written).toEqual(['{"files":1}\n'])
  })
})
