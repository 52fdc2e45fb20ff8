import type { Writable } from 'node:stream'
import type { Totals } from '../shared/model/frame.ts'
import { formatBytes, formatDuration } from '../shared/units.ts'

/** Exit statuses of every command. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const

export type Streams = { readonly out: Writable; readonly err: Writable & { isTTY?: boolean; columns?: number } }

/** Results go to standard output; progress and words to standard error. With `--json` the result is one last line. */
export class Output {
  readonly isJson: boolean
  readonly #streams: Streams
  #hasBar = false

  constructor(isJson: boolean, streams: Streams) {
    this.isJson = isJson
    this.#streams = streams
  }

  /** A line of the result, left out with `--json`. */
  line(text: string): void {
    if (!this.isJson) this.#streams.out.write(`${text}\n`)
  }

  /** The result itself. */
  result(value: object): void {
    this.clearBar()
    if (this.isJson) this.#streams.out.write(`${JSON.stringify(value)}\n`)
  }

  words(text: string): void {
    this.clearBar()
    this.#streams.err.write(`${text}\n`)
  }

  /** How far the queue is. */
  bar(totals: Totals): void {
    this.passing((columns) => barOf(totals, columns))
  }

  /** One line that is drawn over itself; nothing where standard error is not a terminal. */
  passing(lineFor: (columns: number) => string): void {
    const { err } = this.#streams
    if (!err.isTTY) return
    this.#hasBar = true
    err.write(`\r\u001b[2K${lineFor(err.columns || 80)}`)
  }

  clearBar(): void {
    if (this.#hasBar) this.#streams.err.write('\r\u001b[2K')
    this.#hasBar = false
  }
}

function barOf(totals: Totals, columns: number): string {
  const { done, frames, needsYou, doneBytes, totalBytes, bytesPerSecond, secondsLeft } = totals
  const share = totalBytes === 0 ? 0 : doneBytes / totalBytes
  const width = 24
  const filled = Math.round(share * width)
  const facts = [
    `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`,
    `${done}/${frames}`,
    `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`,
    bytesPerSecond > 0 ? `${formatBytes(Math.round(bytesPerSecond))}/s` : '',
    secondsLeft === null ? '' : formatDuration(secondsLeft),
    needsYou > 0 ? `${needsYou} need you` : ''
  ]
  return facts
    .filter(Boolean)
    .join('  ')
    .slice(0, columns - 1)
}
