import { hash } from 'node:crypto'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { AppError } from '../../../shared/errors.ts'
import { joinParts } from '../joinParts.ts'
import type { ObjectStore } from '../ObjectStore.ts'
import type { Pacer } from '../Pacer.ts'
import { goesWhole, pacedSlices } from '../pacedSlices.ts'
import { pageOf } from '../pageOf.ts'
import { MAX_PUT_BYTES } from '../r2/limits.ts'
import { toObjectUrl } from '../r2/toObjectUrl.ts'
import { requireDigests } from '../requireDigests.ts'
import { requireKey } from '../requireKey.ts'
import { requireMetadata } from '../requireMetadata.ts'
import { requireRange } from '../requireRange.ts'
import { toBodyStream } from '../toBodyStream.ts'
import { FolderUploads } from './FolderUploads.ts'
import { ASIDE, toNames } from './keyPath.ts'
import { md5Of, ObjectFiles } from './ObjectFiles.ts'
import { toFolderError } from './toFolderError.ts'
import { walkKeys } from './walkKeys.ts'

/**
 * A plain folder that stands in for a bucket: objects are files that any program can open, what else a bucket knows is
 * kept in `.silverdrop` beside them. It cannot hold an object where others have a folder (`a` beside `a/b`), and tells
 * `A` from `a` only where the file system does.
 *
 * @param options.path Must exist: a disk that is unplugged is not an empty bucket.
 * @param options.publicBaseUrl Where a web server shows the folder; null: objects open as files of this computer.
 * @param pacer How fast bodies may go out: the folder may be on a disk of the network.
 */
export function createFolderStore(
  options: { readonly path: string; readonly publicBaseUrl: string | null },
  pacer: Pacer | null = null
): ObjectStore {
  const files = new ObjectFiles(options.path)
  const uploads = new FolderUploads(join(options.path, ASIDE, 'uploads'))

  function paced(bytes: Uint8Array, signal: AbortSignal): Uint8Array | AsyncIterable<Uint8Array> {
    return pacer === null || goesWhole(bytes, pacer) ? bytes : pacedSlices(bytes, pacer, signal)
  }

  async function attempt<T>(what: string, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    try {
      return await task()
    } catch (error) {
      signal.throwIfAborted()
      throw toFolderError(error, what)
    }
  }

  return {
    maxPutBytes: MAX_PUT_BYTES,

    head: (key, signal) =>
      attempt(`head ${key}`, signal, () => {
        requireKey(key)
        return files.look(key)
      }),

    list: (query, signal) =>
      attempt(`list ${query.prefix}`, signal, async () => {
        await files.requireRoot()
        const { keys, folders, next } = pageOf(await collect(walkKeys(options.path, query, signal)), query)
        const objects = []
        for (const key of keys) {
          const facts = await files.look(key)
          if (!facts) continue // it was removed while the folder was read
          const { sizeBytes, etag, modifiedAtMs } = facts
          objects.push({ key, sizeBytes, etag, modifiedAtMs })
        }
        return { objects, folders, next }
      }),

    get: (key, range, signal) =>
      attempt(`get ${key}`, signal, async () => {
        requireKey(key)
        const file = await files.open(key)
        try {
          const { start, end } = requireRange(key, (await file.stat()).size, range)
          // A stream's end is inclusive: of an empty file there is none.
          const body = start === end ? Readable.from([]) : file.createReadStream({ start, end: end - 1 })
          if (start === end) await file.close()
          return toBodyStream(body, signal, (error) => toFolderError(error, `get ${key}`))
        } catch (error) {
          await file.close()
          throw error
        }
      }),

    put: (key, bytes, digests, headers, when, signal) =>
      attempt(`put ${key}`, signal, async () => {
        requireKey(key)
        requireMetadata(headers.metadata)
        requireSize(key, bytes.length)
        requireDigests(key, bytes, digests)
        return files.publish(key, when, async (file) => {
          await file.writeFile(paced(bytes, signal))
          return { ...headers, etag: digests.md5 }
        })
      }),

    delete: async (keys, signal) => {
      signal.throwIfAborted()
      const failed = []
      for (const key of keys) {
        try {
          await attempt(`delete ${key}`, signal, () => files.remove(key))
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          failed.push({ key, error })
        }
      }
      return failed
    },

    copy: (from, to, when, signal) =>
      attempt(`copy ${from} to ${to}`, signal, async () => {
        requireKey(from)
        requireKey(to)
        const facts = await files.look(from)
        if (!facts) throw new AppError('object-missing', from)
        requireSize(from, facts.sizeBytes)
        const source = await files.open(from)
        try {
          return await files.publish(to, when, async (file) => {
            for await (const chunk of source.createReadStream({ autoClose: false, signal }))
              await file.appendFile(chunk)
            const { contentType, cacheControl, metadata } = facts
            return { etag: await md5Of(file), contentType, cacheControl, metadata }
          })
        } finally {
          await source.close()
        }
      }),

    openMultipart: (key, partBytes, headers, signal) =>
      attempt(`open an upload of ${key}`, signal, async () => {
        requireKey(key)
        requireMetadata(headers.metadata)
        await files.requireRoot()
        return { key, uploadId: await uploads.open(key, headers), partBytes }
      }),

    sendPart: (multipart, number, bytes, digests, signal) =>
      attempt(`send part ${number} of ${multipart.key}`, signal, async () => {
        requireSize(multipart.key, bytes.length)
        await files.requireRoot()
        await uploads.forgetPart(multipart, number) // a failed re-send costs the earlier part, as on R2
        requireDigests(multipart.key, bytes, digests)
        const md5 = digests.md5 ?? hash('md5', bytes, 'hex')
        const part = { number, sizeBytes: bytes.length, etag: md5, md5 }
        await uploads.keepPart(multipart, part, paced(bytes, signal))
        return part
      }),

    listParts: (multipart, signal) =>
      attempt(`list parts of ${multipart.key}`, signal, async () => {
        await files.requireRoot()
        return uploads.listParts(multipart)
      }),

    listUploads: (prefix, signal) =>
      attempt(`list uploads of ${prefix}`, signal, async () => {
        await files.requireRoot()
        return uploads.list(prefix)
      }),

    complete: (multipart, parts, when, signal) =>
      attempt(`complete ${multipart.key}`, signal, async () => {
        await files.requireRoot()
        const headers = await uploads.readHeaders(multipart)
        const held = new Map((await uploads.listParts(multipart)).map((part) => [part.number, part]))
        const joined = joinParts(multipart, held, parts)
        try {
          await files.publish(multipart.key, when, async (file) => {
            await uploads.join(multipart, joined.parts, file, signal)
            return { ...headers, etag: joined.etag }
          })
        } catch (error) {
          if (error instanceof AppError && error.code === 'conflict') await uploads.drop(multipart) // as R2 does
          throw error
        }
        await uploads.drop(multipart)
        return joined.etag
      }),

    abort: (multipart, signal) =>
      attempt(`abort the upload of ${multipart.key}`, signal, async () => {
        await files.requireRoot()
        await uploads.drop(multipart)
      }),

    presignGet: async () => null,

    publicUrl: (key) => {
      if (options.publicBaseUrl === null) return pathToFileURL(files.pathOf(key)).href
      return toObjectUrl(options.publicBaseUrl, toNames(key).join('/')) // a web server shows the names of the files
    },

    close: async () => {}
  }
}

function requireSize(key: string, sizeBytes: number): void {
  if (sizeBytes > MAX_PUT_BYTES) throw new AppError('file-too-large', `${key}: ${sizeBytes} bytes at once`)
}

async function collect(keys: AsyncIterable<string>): Promise<ReadonlyArray<string>> {
  const all: string[] = []
  for await (const key of keys) all.push(key)
  return all
}
