import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../../shared/errors.ts'
import type { Multipart, ObjectHeaders, SentPart, UnfinishedUpload } from '../ObjectStore.ts'
import { fsCode } from './toFolderError.ts'

/** As long as R2 keeps one by default. @see https://developers.cloudflare.com/r2/buckets/object-lifecycles/ */
const MAX_AGE_MS = 7 * 24 * 3_600_000

/** `headers.json`. The first release wrote no key. */
const openedSchema = z.strictObject({
  key: z.string().nullable().default(null),
  contentType: z.string(),
  cacheControl: z.string().nullable(),
  metadata: z.record(z.string(), z.string())
})

/** Multipart uploads that are open: a folder each, with what was said about the object and a file per part. */
export class FolderUploads {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** @returns the upload's id. Drops those that are older than a week. */
  async open(key: string, headers: ObjectHeaders): Promise<string> {
    await this.#dropOld()
    const uploadId = randomUUID()
    await mkdir(join(this.#folder, uploadId), { recursive: true })
    await writeFile(join(this.#folder, uploadId, 'headers.json'), JSON.stringify({ key, ...headers }), { flush: true })
    return uploadId
  }

  /** @throws AppError `upload-missing`. */
  async readHeaders(multipart: Multipart): Promise<ObjectHeaders> {
    try {
      const { key: _, ...headers } = await readOpened(this.#pathOf(multipart))
      return headers
    } catch (error) {
      if (fsCode(error) === 'ENOENT') throw new AppError('upload-missing', multipart.key, { cause: error })
      throw error
    }
  }

  async forgetPart(multipart: Multipart, number: number): Promise<void> {
    for (const part of await this.listParts(multipart)) {
      if (part.number === number) await rm(this.#partPath(multipart, part))
    }
  }

  async keepPart(multipart: Multipart, part: SentPart, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
    const path = this.#partPath(multipart, part)
    const temporary = `${path}-${randomUUID()}`
    await writeFile(temporary, bytes, { flush: true })
    await rename(temporary, path)
  }

  /** By number. @throws AppError `upload-missing`. */
  async listParts(multipart: Multipart): Promise<ReadonlyArray<SentPart>> {
    await this.readHeaders(multipart)
    const folder = this.#pathOf(multipart)
    const parts: SentPart[] = []
    for (const name of await readdir(folder)) {
      const [, number, md5] = /^(\d+)-([0-9a-f]{32})$/.exec(name) ?? []
      if (number === undefined || md5 === undefined) continue
      const { size } = await stat(join(folder, name))
      parts.push({ number: Number(number), sizeBytes: size, etag: md5, md5 })
    }
    return parts.sort((a, b) => a.number - b.number)
  }

  /** Those whose key begins with `prefix`. */
  async list(prefix: string): Promise<ReadonlyArray<UnfinishedUpload>> {
    const found: UnfinishedUpload[] = []
    for (const uploadId of await this.#ids()) {
      const path = join(this.#folder, uploadId)
      try {
        const { key } = await readOpened(path)
        if (key === null || !key.startsWith(prefix)) continue
        const { mtimeMs } = await stat(join(path, 'headers.json')) // written when it was opened, and never again
        found.push({ key, uploadId, initiatedAtMs: Math.round(mtimeMs) })
      } catch {
        // It was dropped meanwhile, or is no upload of ours.
      }
    }
    return found
  }

  /** Writes the parts one behind the other. */
  async join(
    multipart: Multipart,
    parts: ReadonlyArray<SentPart>,
    file: FileHandle,
    signal: AbortSignal
  ): Promise<void> {
    for (const part of parts) {
      for await (const chunk of createReadStream(this.#partPath(multipart, part), { signal }))
        await file.appendFile(chunk)
    }
  }

  async drop(multipart: Multipart): Promise<void> {
    await rm(this.#pathOf(multipart), { recursive: true, force: true })
  }

  /** @throws AppError `upload-missing` for an id that was not made here, which could name any folder. */
  #pathOf({ key, uploadId }: Multipart): string {
    if (!z.uuid().safeParse(uploadId).success) throw new AppError('upload-missing', key)
    return join(this.#folder, uploadId)
  }

  #partPath(multipart: Multipart, { number, etag }: SentPart): string {
    return join(this.#pathOf(multipart), `${number}-${etag}`)
  }

  async #dropOld(): Promise<void> {
    for (const uploadId of await this.#ids()) {
      const path = join(this.#folder, uploadId)
      const stats = await stat(join(path, 'headers.json')).catch(() => null)
      if (stats && Date.now() - stats.mtimeMs > MAX_AGE_MS) await rm(path, { recursive: true, force: true })
    }
  }

  /** None before the first is opened. */
  #ids(): Promise<ReadonlyArray<string>> {
    return readdir(this.#folder).catch(() => [])
  }
}

async function readOpened(path: string): Promise<z.infer<typeof openedSchema>> {
  return openedSchema.parse(JSON.parse(await readFile(join(path, 'headers.json'), 'utf8')))
}
