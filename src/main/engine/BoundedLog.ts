import { createWriteStream, mkdirSync, openSync, renameSync, statSync, type WriteStream } from 'node:fs'
import { dirname } from 'node:path'
import { MiB } from '../../shared/units.ts'

/**
 * A log file that never grows past its limit: when it would, it becomes `<name>.old`, in place of the one before, and a
 * new one begins. A disk that fills up
 * costs the log its lines and nothing else.
 */
export class BoundedLog {
  readonly #path: string
  readonly #limitBytes: number
  #sizeBytes: number
  #stream: WriteStream

  /** @param limitBytes Of each of the two files. */
  constructor(path: string, limitBytes = 2 * MiB) {
    this.#path = path
    this.#limitBytes = limitBytes
    mkdirSync(dirname(path), { recursive: true })
    this.#sizeBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    this.#stream = this.#open()
  }

  /** Adds text with the time and its source before it, and a line break after it. */
  write(source: string, text: string): void {
    const line = `${new Date().toISOString()} ${source}: ${text.trimEnd()}\n`
    const lineBytes = Buffer.byteLength(line)
    if (this.#sizeBytes > 0 && this.#sizeBytes + lineBytes > this.#limitBytes) this.#begin()
    this.#sizeBytes += lineBytes
    this.#stream.write(line)
  }

  /** Resolves when all that was written is in the file. Nothing may be written afterwards. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#stream.once('error', () => resolve())
      this.#stream.end(() => resolve())
    })
  }

  #begin(): void {
    this.#stream.end()
    try {
      // Bytes still on their way follow the open file under its new name.
      renameSync(this.#path, `${this.#path}.old`)
    } catch {
      return // Windows may hold the file for a moment; the next line tries again.
    } finally {
      this.#stream = this.#open()
    }
    this.#sizeBytes = 0
  }

  #open(): WriteStream {
    // Opened at once, not when the stream gets to it: by then the path may name the file that follows.
    const stream = createWriteStream(this.#path, { fd: openSync(this.#path, 'a', 0o600) })
    stream.on('error', () => {})
    return stream
  }
}
