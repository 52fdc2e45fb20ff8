import { createHash, randomUUID } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import { joinParts } from '../joinParts.ts'
import type { Multipart, ObjectFacts, ObjectHeaders, ObjectStore, SentPart, WriteCondition } from '../ObjectStore.ts'
import { pageOf } from '../pageOf.ts'
import { MAX_PUT_BYTES } from '../r2/limits.ts'
import { toObjectUrl } from '../r2/toObjectUrl.ts'
import { requireCondition } from '../requireCondition.ts'
import { requireDigests } from '../requireDigests.ts'
import { requireKey } from '../requireKey.ts'
import { requireMetadata } from '../requireMetadata.ts'
import { requireRange } from '../requireRange.ts'

type StoredObject = { readonly facts: ObjectFacts; readonly bytes: Uint8Array }
type OpenUpload = {
  readonly key: string
  readonly initiatedAtMs: number
  readonly headers: ObjectHeaders
  readonly parts: Map<number, { readonly sent: SentPart; readonly bytes: Uint8Array }>
}

/** A bucket in memory, for the tests of the rooms that need one. It forgets everything with the process. */
export function createMemoryStore(
  options: { readonly publicBaseUrl?: string; readonly maxPutBytes?: number; readonly nowMs?: () => number } = {}
): ObjectStore {
  const { maxPutBytes = MAX_PUT_BYTES, nowMs = Date.now } = options
  const objects = new Map<string, StoredObject>()
  const uploads = new Map<string, OpenUpload>()

  function write(key: string, bytes: Uint8Array, etag: string, headers: ObjectHeaders, when: WriteCondition): string {
    requireCondition(key, when, objects.get(key)?.facts.etag ?? null)
    const facts = { key, sizeBytes: bytes.length, etag, modifiedAtMs: nowMs(), ...headers }
    objects.set(key, { facts, bytes })
    return etag
  }

  function requireObject(key: string): StoredObject {
    const object = objects.get(key)
    if (!object) throw new AppError('object-missing', key)
    return object
  }

  function requireUpload({ key, uploadId }: Multipart): OpenUpload {
    const upload = uploads.get(uploadId)
    if (!upload) throw new AppError('upload-missing', key)
    return upload
  }

  function requireSize(key: string, sizeBytes: number): void {
    if (sizeBytes > maxPutBytes) throw new AppError('file-too-large', `${key}: ${sizeBytes} bytes at once`)
  }

  return {
    maxPutBytes,

    async head(key, signal) {
      signal.throwIfAborted()
      requireKey(key)
      return objects.get(key)?.facts ?? null
    },

    async list(query, signal) {
      signal.throwIfAborted()
      const { keys, folders, next } = pageOf(objects.keys(), query)
      const listed = keys.map((key) => {
        const { sizeBytes, etag, modifiedAtMs } = requireObject(key).facts
        return { key, sizeBytes, etag, modifiedAtMs }
      })
      return { objects: listed, folders, next }
    },

    async get(key, range, signal) {
      signal.throwIfAborted()
      requireKey(key)
      const { bytes } = requireObject(key)
      const { start, end } = requireRange(key, bytes.length, range)
      return ReadableStream.from([bytes.slice(start, end)])
    },

    async put(key, bytes, digests, headers, when, signal) {
      signal.throwIfAborted()
      requireKey(key)
      requireMetadata(headers.metadata)
      requireSize(key, bytes.length)
      requireDigests(key, bytes, digests)
      return write(key, bytes.slice(), digests.md5, headers, when)
    },

    async delete(keys, signal) {
      signal.throwIfAborted()
      for (const key of keys) objects.delete(key)
      return []
    },

    async copy(from, to, when, signal) {
      signal.throwIfAborted()
      requireKey(from)
      requireKey(to)
      const { bytes, facts } = requireObject(from)
      requireSize(from, bytes.length)
      const { contentType, cacheControl, metadata } = facts
      const headers = { contentType: contentType ?? 'application/octet-stream', cacheControl, metadata }
      return write(to, bytes, createHash('md5').update(bytes).digest('hex'), headers, when)
    },

    async openMultipart(key, partBytes, headers, signal) {
      signal.throwIfAborted()
      requireKey(key)
      requireMetadata(headers.metadata)
      const uploadId = randomUUID()
      uploads.set(uploadId, { key, initiatedAtMs: nowMs(), headers, parts: new Map() })
      return { key, uploadId, partBytes }
    },

    async sendPart(multipart, number, bytes, digests, signal) {
      signal.throwIfAborted()
      requireSize(multipart.key, bytes.length)
      const upload = requireUpload(multipart)
      upload.parts.delete(number) // a failed re-send costs the earlier part, as on R2
      requireDigests(multipart.key, bytes, digests)
      const md5 = createHash('md5').update(bytes).digest('hex')
      const sent = { number, sizeBytes: bytes.length, etag: md5, md5 }
      upload.parts.set(number, { sent, bytes: bytes.slice() })
      return sent
    },

    async listParts(multipart, signal) {
      signal.throwIfAborted()
      return [...requireUpload(multipart).parts.values()].map(({ sent }) => sent).sort((a, b) => a.number - b.number)
    },

    async listUploads(prefix, signal) {
      signal.throwIfAborted()
      return [...uploads].flatMap(([uploadId, { key, initiatedAtMs }]) =>
        key.startsWith(prefix) ? [{ key, uploadId, initiatedAtMs }] : []
      )
    },

    async complete(multipart, parts, when, signal) {
      signal.throwIfAborted()
      const upload = requireUpload(multipart)
      const held = new Map([...upload.parts].map(([number, { sent }]) => [number, sent]))
      const joined = joinParts(multipart, held, parts)
      uploads.delete(multipart.uploadId) // also where the condition fails: R2 drops the upload with it
      const bytes = Buffer.concat(joined.parts.map(({ number }) => upload.parts.get(number)?.bytes ?? Buffer.alloc(0)))
      return write(multipart.key, bytes, joined.etag, upload.headers, when)
    },

    async abort(multipart, signal) {
      signal.throwIfAborted()
      uploads.delete(multipart.uploadId)
    },

    async presignGet() {
      return null
    },

    publicUrl(key) {
      return options.publicBaseUrl === undefined ? null : toObjectUrl(options.publicBaseUrl, key)
    },

    async close() {}
  }
}
