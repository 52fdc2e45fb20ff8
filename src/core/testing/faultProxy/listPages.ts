import { compareBytes, type LedgerUpload } from './MultipartLedger.ts'

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'

/** An error as R2 words it. */
export function errorXml(code: string, message: string): string {
  return `${HEAD}<Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error>`
}

/**
 * A page of ListParts.
 *
 * @param most Parts on a page, whatever is asked for.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html
 */
export function partsPage(
  { bucket, key, uploadId, parts }: LedgerUpload,
  query: URLSearchParams,
  most: number
): string {
  const marker = Number(query.get('part-number-marker') ?? 0)
  const limit = Math.min(Number(query.get('max-parts') ?? most), most)
  const left = [...parts.values()].filter(({ number }) => number > marker).sort((a, b) => a.number - b.number)
  const page = left.slice(0, limit)
  return `${HEAD}<ListPartsResult ${NAMESPACE}>${[
    tag('Bucket', bucket),
    tag('Key', key),
    tag('UploadId', uploadId),
    tag('PartNumberMarker', marker),
    tag('NextPartNumberMarker', page.at(-1)?.number ?? marker),
    tag('MaxParts', limit),
    tag('IsTruncated', left.length > limit),
    ...page.map(
      ({ number, sizeBytes, md5, sentAtMs }) =>
        `<Part>${tag('PartNumber', number)}${tag('LastModified', new Date(sentAtMs).toISOString())}${tag('ETag', `"${md5}"`)}${tag('Size', sizeBytes)}</Part>`
    )
  ].join('')}</ListPartsResult>`
}

/**
 * A page of ListMultipartUploads.
 *
 * @param uploads All with the prefix, in order.
 * @param most Uploads on a page, whatever is asked for.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
 */
export function uploadsPage(
  bucket: string,
  uploads: ReadonlyArray<LedgerUpload>,
  query: URLSearchParams,
  most: number
): string {
  const keyMarker = query.get('key-marker') ?? ''
  const idMarker = query.get('upload-id-marker') ?? ''
  const limit = Math.min(Number(query.get('max-uploads') ?? most), most)
  const encode = query.get('encoding-type') === 'url' ? encodeListed : (text: string) => text
  const left = uploads.filter(({ key, uploadId }) => {
    const order = compareBytes(key, keyMarker)
    return order > 0 || (order === 0 && idMarker !== '' && compareBytes(uploadId, idMarker) > 0)
  })
  const page = left.slice(0, limit)
  const last = page.at(-1)
  return `${HEAD}<ListMultipartUploadsResult ${NAMESPACE}>${[
    tag('Bucket', bucket),
    tag('KeyMarker', encode(keyMarker)),
    tag('UploadIdMarker', idMarker),
    tag('Prefix', encode(query.get('prefix') ?? '')),
    tag('MaxUploads', limit),
    query.has('encoding-type') ? tag('EncodingType', 'url') : '',
    tag('IsTruncated', left.length > limit),
    left.length > limit && last
      ? tag('NextKeyMarker', encode(last.key)) + tag('NextUploadIdMarker', last.uploadId)
      : '',
    ...page.map(
      ({ key, uploadId, initiatedAtMs }) =>
        `<Upload>${tag('Key', encode(key))}${tag('UploadId', uploadId)}${tag('Initiated', new Date(initiatedAtMs).toISOString())}${tag('StorageClass', 'STANDARD')}</Upload>`
    )
  ].join('')}</ListMultipartUploadsResult>`
}

function tag(name: string, value: string | number | boolean): string {
  return `<${name}>${escapeXml(String(value))}</${name}>`
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** As S3 encodes for `encoding-type=url`: a space is a plus, a slash stays. */
function encodeListed(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+')
}
