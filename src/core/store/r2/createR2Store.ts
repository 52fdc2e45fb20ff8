import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { AppError } from '../../../shared/errors.ts'
import type { AccountSecret, R2Account } from '../../../shared/model/account.ts'
import type { ObjectHeaders, ObjectStore, WriteCondition } from '../ObjectStore.ts'
import type { Pacer } from '../Pacer.ts'
import { hasDotSegment, requireKey } from '../requireKey.ts'
import { requireMetadata } from '../requireMetadata.ts'
import { toBodyStream } from '../toBodyStream.ts'
import { createBodySender } from './createBodySender.ts'
import { createS3Client, defaultTimeouts, type Timeouts } from './createS3Client.ts'
import { createSender } from './createSender.ts'
import { decodeListed, toMd5, unquote } from './decode.ts'
import { deleteObjects } from './deleteObjects.ts'
import { expected } from './expected.ts'
import { MAX_PUT_BYTES } from './limits.ts'
import { listParts, listUploads } from './multipartLists.ts'
import { decodeMetadataValue, encodeMetadataValue } from './rfc2047.ts'
import { toAppError } from './toAppError.ts'
import { encodeKey, toObjectUrl } from './toObjectUrl.ts'
import { withHeaders } from './withHeaders.ts'

/**
 * A bucket of R2. Every request goes out once: what may be repeated is for `withRetry` and the transfer room to say.
 * Each body is checked by R2 against its SHA-256 (in the signature), and against its MD5 where there is one.
 */
export function createR2Store(
  account: R2Account,
  secret: AccountSecret,
  timeouts: Timeouts = defaultTimeouts,
  pacer: Pacer | null = null
): ObjectStore {
  const client = createS3Client(account, secret, timeouts)
  const send = createSender(client)
  const bodies = createBodySender(account, secret, client.config, timeouts, pacer)
  const Bucket = account.bucket

  return {
    maxPutBytes: MAX_PUT_BYTES,

    async head(key, signal) {
      signal.throwIfAborted()
      requireKey(key)
      try {
        const command = new HeadObjectCommand({ Bucket, Key: key })
        const answer = await send(command, { what: `head ${key}`, signal, answersWithBody: false })
        return {
          key,
          sizeBytes: expected(answer.ContentLength, `head ${key}`),
          etag: unquote(expected(answer.ETag, `head ${key}`)),
          modifiedAtMs: answer.LastModified?.getTime() ?? 0,
          contentType: answer.ContentType ?? null,
          cacheControl: answer.CacheControl ?? null,
          metadata: mapValues(answer.Metadata ?? {}, decodeMetadataValue)
        }
      } catch (error) {
        if (error instanceof AppError && error.code === 'object-missing') return null
        throw error
      }
    },

    async list({ prefix, delimiter, after, limit }, signal) {
      const what = `list ${prefix}`
      const command = new ListObjectsV2Command({
        Bucket,
        MaxKeys: limit,
        EncodingType: 'url', // keys may hold control characters, which XML cannot carry
        ...(prefix === '' ? {} : { Prefix: prefix }),
        ...(delimiter === null ? {} : { Delimiter: delimiter }),
        ...(after === null ? {} : { ContinuationToken: after })
      })
      const answer = await send(command, { what, signal })
      expected(answer.IsTruncated, what)
      const decode = (text: string) => (answer.EncodingType === 'url' ? decodeListed(text, what) : text)
      return {
        objects: (answer.Contents ?? []).map((object) => ({
          key: decode(expected(object.Key, what)),
          sizeBytes: expected(object.Size, what),
          etag: unquote(expected(object.ETag, what)),
          modifiedAtMs: object.LastModified?.getTime() ?? 0
        })),
        folders: (answer.CommonPrefixes ?? []).map(({ Prefix }) => decode(expected(Prefix, what))),
        next: answer.IsTruncated ? expected(answer.NextContinuationToken, what) : null
      }
    },

    async get(key, range, signal) {
      signal.throwIfAborted()
      requireKey(key)
      const what = `get ${key}`
      const bytes = range === null ? {} : { Range: `bytes=${range.start}-${range.end === null ? '' : range.end - 1}` }
      const answer = await send(new GetObjectCommand({ Bucket, Key: key, ...bytes }), { what, signal })
      expected(answer.ETag, what)
      const body = answer.Body instanceof Readable ? answer.Body : undefined // in Node it always is one
      return toBodyStream(expected(body, what), signal, (error) => toAppError(error, what))
    },

    async put(key, bytes, digests, headers, when, signal) {
      signal.throwIfAborted()
      requireKey(key)
      const what = `put ${key}`
      const request = {
        path: `/${Bucket}/${encodeKey(key)}`,
        query: '',
        headers: { ...toRequestHeaders(headers), ...toConditionHeaders(when) },
        bytes,
        digests,
        what
      }
      const answer = await bodies.send(request, signal)
      return unquote(expected(answer.etag, what))
    },

    async delete(keys, signal) {
      return deleteObjects(send, Bucket, keys, signal)
    },

    async copy(from, to, when, signal) {
      signal.throwIfAborted()
      requireKey(from)
      requireKey(to)
      const what = `copy ${from} to ${to}`
      const command = new CopyObjectCommand({ Bucket, Key: to, CopySource: `/${Bucket}/${encodeKey(from)}` })
      withHeaders(command, toCopyConditions(when))
      const answer = await send(command, { what, signal })
      return unquote(expected(answer.CopyObjectResult?.ETag, what))
    },

    async openMultipart(key, partBytes, headers, signal) {
      signal.throwIfAborted()
      requireKey(key)
      const what = `open an upload of ${key}`
      const command = new CreateMultipartUploadCommand({ Bucket, Key: key, ...toInput(headers) })
      const answer = await send(command, { what, signal })
      return { key, uploadId: expected(answer.UploadId, what), partBytes }
    },

    async sendPart(multipart, number, bytes, digests, signal) {
      const what = `send part ${number} of ${multipart.key}`
      const { key, uploadId } = multipart
      const request = {
        path: `/${Bucket}/${encodeKey(key)}`,
        query: `partNumber=${number}&uploadId=${encodeURIComponent(uploadId)}`,
        headers: {},
        bytes,
        digests,
        what
      }
      const answer = await bodies.send(request, signal)
      const etag = unquote(expected(answer.etag, what))
      const md5 = toMd5(etag)
      if (md5 !== null && digests.md5 !== null && md5 !== digests.md5)
        throw new AppError('digest-mismatch', `${what}: R2 has ${md5}`)
      return { number, sizeBytes: bytes.length, etag, md5: md5 ?? digests.md5 }
    },

    async listParts(multipart, signal) {
      return listParts(send, Bucket, multipart, signal)
    },

    async listUploads(prefix, signal) {
      return listUploads(send, client.config, Bucket, prefix, signal)
    },

    async complete(multipart, parts, when, signal) {
      signal.throwIfAborted()
      const what = `complete ${multipart.key}`
      if (parts.length === 0) throw new AppError('part-rejected', `${what}: no parts`)
      const inOrder = parts.toSorted((a, b) => a.number - b.number)
      const command = new CompleteMultipartUploadCommand({
        Bucket,
        Key: multipart.key,
        UploadId: multipart.uploadId,
        MultipartUpload: { Parts: inOrder.map(({ number, etag }) => ({ PartNumber: number, ETag: `"${etag}"` })) },
        ...toConditions(when)
      })
      const answer = await send(command, { what, signal })
      return unquote(expected(answer.ETag, what))
    },

    async abort(multipart, signal) {
      const { key, uploadId } = multipart
      try {
        const command = new AbortMultipartUploadCommand({ Bucket, Key: key, UploadId: uploadId })
        await send(command, { what: `abort the upload of ${key}`, signal })
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'upload-missing') throw error
      }
    },

    async presignGet(key, seconds) {
      requireKey(key)
      // The client learns the time at R2 from each answer; a URL cannot be signed anew when it is refused.
      const signingDate = new Date(Date.now() + client.config.systemClockOffset)
      return getSignedUrl(client, new GetObjectCommand({ Bucket, Key: key }), { expiresIn: seconds, signingDate })
    },

    publicUrl(key) {
      if (account.publicBaseUrl === null || hasDotSegment(key)) return null
      return toObjectUrl(account.publicBaseUrl, key)
    },

    async close() {
      client.destroy()
      bodies.close()
    }
  }
}

function toInput({ contentType, cacheControl, metadata }: ObjectHeaders) {
  requireMetadata(metadata)
  return {
    ContentType: contentType,
    ...(cacheControl === null ? {} : { CacheControl: cacheControl }),
    Metadata: mapValues(metadata, encodeMetadataValue)
  }
}

/** The same for the hot path. @see createBodySender */
function toRequestHeaders({ contentType, cacheControl, metadata }: ObjectHeaders): Record<string, string> {
  requireMetadata(metadata)
  const named = Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, encodeMetadataValue(value)])
  return {
    ...Object.fromEntries(named),
    'content-type': contentType,
    ...(cacheControl === null ? {} : { 'cache-control': cacheControl })
  }
}

function toConditionHeaders(when: WriteCondition): Readonly<Record<string, string>> {
  if (when.kind === 'absent') return { 'if-none-match': '*' }
  return when.kind === 'matches' ? { 'if-match': `"${when.etag}"` } : {}
}

function toConditions(when: WriteCondition) {
  if (when.kind === 'absent') return { IfNoneMatch: '*' }
  return when.kind === 'matches' ? { IfMatch: `"${when.etag}"` } : {}
}

/** R2's own headers: S3's `If-Match` is not in its table for CopyObject (r2-facts §6). */
function toCopyConditions(when: WriteCondition): Readonly<Record<string, string>> {
  if (when.kind === 'absent') return { 'cf-copy-destination-if-none-match': '*' }
  return when.kind === 'matches' ? { 'cf-copy-destination-if-match': `"${when.etag}"` } : {}
}

function mapValues(record: Readonly<Record<string, string>>, change: (value: string) => string) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]))
}
