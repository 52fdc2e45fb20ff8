import { ListMultipartUploadsCommand, ListPartsCommand } from '@aws-sdk/client-s3'
import { AppError } from '../../../shared/errors.ts'
import type { Multipart, SentPart, UnfinishedUpload } from '../ObjectStore.ts'
import type { ServerClock } from './createBodySender.ts'
import type { Send } from './createSender.ts'
import { decodeListed, toMd5, unquote } from './decode.ts'
import { expected } from './expected.ts'

/** `ObjectStore.listParts`: all pages. */
export async function listParts(
  send: Send,
  bucket: string,
  { key, uploadId }: Multipart,
  signal: AbortSignal
): Promise<ReadonlyArray<SentPart> | null> {
  const what = `list parts of ${key}`
  return allPages(what, async (marker: string | null) => {
    const after = marker === null ? {} : { PartNumberMarker: marker }
    const command = new ListPartsCommand({ Bucket: bucket, Key: key, UploadId: uploadId, ...after })
    const answer = await send(command, { what, signal })
    const items = (answer.Parts ?? []).map((part) => {
      const etag = unquote(expected(part.ETag, what))
      const number = expected(part.PartNumber, what)
      return { number, sizeBytes: expected(part.Size, what), etag, md5: toMd5(etag) }
    })
    const isTruncated = expected(answer.IsTruncated, what)
    return { items, next: isTruncated ? expected(answer.NextPartNumberMarker, what) : null }
  })
}

type Marker = { readonly KeyMarker: string; readonly UploadIdMarker: string }

/** `ObjectStore.listUploads`: all pages. Times are corrected by what is known of the clock at R2. */
export async function listUploads(
  send: Send,
  clock: ServerClock,
  bucket: string,
  prefix: string,
  signal: AbortSignal
): Promise<ReadonlyArray<UnfinishedUpload> | null> {
  const what = `list uploads of ${prefix}`
  return allPages(what, async (marker: Marker | null) => {
    const begin = prefix === '' ? {} : { Prefix: prefix }
    const command = new ListMultipartUploadsCommand({ Bucket: bucket, EncodingType: 'url', ...begin, ...marker })
    const answer = await send(command, { what, signal })
    const decode = (text: string) => (answer.EncodingType === 'url' ? decodeListed(text, what) : text)
    const items = (answer.Uploads ?? []).map((upload) => ({
      key: decode(expected(upload.Key, what)),
      uploadId: expected(upload.UploadId, what),
      initiatedAtMs: expected(upload.Initiated, what).getTime() - clock.systemClockOffset
    }))
    if (!expected(answer.IsTruncated, what)) return { items, next: null }
    const KeyMarker = decode(expected(answer.NextKeyMarker, what))
    return { items, next: { KeyMarker, UploadIdMarker: expected(answer.NextUploadIdMarker, what) } }
  })
}

/** @returns null where the store says 501. @throws AppError `endpoint-wrong` for a page that leads back to itself. */
async function allPages<Item, Next>(
  what: string,
  page: (after: Next | null) => Promise<{ readonly items: ReadonlyArray<Item>; readonly next: Next | null }>
): Promise<ReadonlyArray<Item> | null> {
  const all: Item[] = []
  let after: Next | null = null
  try {
    do {
      const { items, next } = await page(after)
      all.push(...items)
      if (next !== null && JSON.stringify(next) === JSON.stringify(after)) {
        throw new AppError('endpoint-wrong', `${what}: one page follows itself`)
      }
      after = next
    } while (after !== null)
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-supported') return null
    throw error
  }
  return all
}
