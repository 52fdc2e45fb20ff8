import type { ExifTool } from 'exiftool-vendored'
import { AppError } from '../../shared/errors.ts'

/** What ExifTool said, by tag name. Numbers come as numbers where the value looks like one. */
export type ExifToolTags = Readonly<Record<string, unknown>>

/** One look takes 40 ms; a few seconds mean a process that will not answer. */
const LOOK_LIMIT_MS = 10_000

/**
 * The one ExifTool process of this process: started with the first question, started anew after it died or hung.
 * It ends with us even if we are killed, since it lives on our pipe.
 */
export class ExifToolReader {
  readonly #taskLimitMs: number
  readonly #retries: number
  #exiftool: Promise<ExifTool> | null = null
  #isStopped = false

  /**
   * @param taskLimitMs For one question; default 10,000 ms, enough for a look. Writing copies the file whole.
   * @param retries After a process that died or hung; default 1. A file that hangs one hangs the next as well.
   */
  constructor(taskLimitMs = LOOK_LIMIT_MS, retries = 1) {
    this.#taskLimitMs = taskLimitMs
    this.#retries = retries
  }

  /**
   * @param args For example `-DateTimeOriginal`, `-Orientation#` (`#`: as a number).
   * @throws AppError `picture-unsupported` where there is no perl or ExifTool cannot make sense of the file.
   */
  read(path: string, args: ReadonlyArray<string>): Promise<ExifToolTags> {
    return this.#use(path, (exiftool) => exiftool.readRaw(path, { readArgs: [...args] }))
  }

  /**
   * The bytes of an embedded picture.
   *
   * @param tag For example `PreviewImage`.
   * @throws AppError `picture-unsupported`
   */
  extract(path: string, tag: string): Promise<Buffer> {
    return this.#use(path, (exiftool) => exiftool.extractBinaryTagToBuffer(tag, path))
  }

  /**
   * Changes a file's metadata, never its pixels. The file is replaced whole or not at all.
   *
   * @param args For example `-gps:all=`, or `-tagsFromFile` with a path and what to copy.
   * @throws AppError `picture-unsupported`
   */
  async write(path: string, args: ReadonlyArray<string>): Promise<void> {
    // -m: a tag that one source spells wrong is no reason to do without the others.
    const writeArgs = ['-overwrite_original', '-m', ...args]
    await this.#use(path, (exiftool) => exiftool.write(path, {}, { writeArgs }))
  }

  /** Whether ExifTool runs on this computer, whatever it says of a file: not without perl. */
  async canRun(): Promise<boolean> {
    try {
      await (await this.#started()).version()
      return true
    } catch {
      return false
    }
  }

  async #use<T>(path: string, act: (exiftool: ExifTool) => Promise<T>): Promise<T> {
    try {
      return await act(await this.#started())
    } catch (error) {
      throw new AppError('picture-unsupported', `ExifTool could not work on ${path}`, { cause: error })
    }
  }

  async #started(): Promise<ExifTool> {
    if (this.#isStopped) throw new Error('ExifTool was stopped')
    this.#exiftool ??= start(this.#taskLimitMs, this.#retries)
    return this.#exiftool
  }

  close(): Promise<void> {
    return this.#end(true)
  }

  /** Ends ExifTool whatever it is doing, for good: what was asked of it is rejected, and whatever is asked later. */
  stop(): Promise<void> {
    this.#isStopped = true
    return this.#end(false)
  }

  async #end(gracefully: boolean): Promise<void> {
    const exiftool = await this.#exiftool?.catch(() => null)
    this.#exiftool = null
    await exiftool?.end(gracefully)
  }
}

/** Loaded only when needed: the library costs a tenth of a second, and most shoots are JPEG. */
async function start(taskTimeoutMillis: number, taskRetries: number): Promise<ExifTool> {
  const { ExifTool } = await import('exiftool-vendored')
  return new ExifTool({ maxProcs: 1, taskTimeoutMillis, taskRetries, geolocation: false })
}
