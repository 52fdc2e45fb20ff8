// A null S3 endpoint in a process of its own: takes every byte, keeps none, and remembers what an uploader asks for
// afterwards. It proves nothing about the bytes; what is measured against it is the uploader.
// nullEndpoint.ts [<key.pem> <certificate.pem>]: with both it speaks HTTPS.
import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'

type Headers = Readonly<Record<string, string | number>>
type Reply = { readonly status: number; readonly headers: Headers; readonly xml?: string }
type StoredObject = { readonly sizeBytes: number; readonly headers: Headers; readonly modifiedAtMs: number }
type Part = { readonly sizeBytes: number; readonly md5: string }
type Upload = { readonly headers: Headers; readonly parts: Map<number, Part> }

/** By bucket and key, still percent-encoded, as the request line spells them. */
const objects = new Map<string, StoredObject>()
const uploads = new Map<string, Upload>()
const KEPT_HEADER = /^(content-type|cache-control|x-amz-meta-.*)$/

const [keyPath, certificatePath] = process.argv.slice(2)

const listener: RequestListener = async (request, response) => {
  try {
    const { status, headers, xml } = reply(request, await drain(request))
    const type =
      xml === undefined ? {} : { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(xml) }
    response.writeHead(status, { ...headers, ...type }).end(xml)
  } catch (error) {
    console.error(error)
    response.destroy()
  }
}

const server =
  keyPath && certificatePath
    ? createSecureServer({ key: readFileSync(keyPath), cert: readFileSync(certificatePath) }, listener)
    : createServer(listener)
// A client under measurement may pause between requests: to lose its connection would be measured as its slowness.
server.keepAliveTimeout = 0
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())

function drain(request: IncomingMessage): Promise<number> {
  return new Promise((resolve, reject) => {
    let sizeBytes = 0
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length
    })
    request.on('end', () => resolve(sizeBytes))
    request.on('error', reject)
  })
}

function reply(request: IncomingMessage, sizeBytes: number): Reply {
  const [path = '/', search = ''] = (request.url ?? '/').split('?')
  const query = new URLSearchParams(search)
  const uploadId = query.get('uploadId')
  switch (request.method) {
    case 'PUT':
      if (uploadId !== null) return putPart(uploadId, Number(query.get('partNumber')), sizeBytes, request)
      return put(path, sizeBytes, request)
    case 'POST':
      if (query.has('uploads')) return openUpload(path, request)
      return uploadId === null ? refuse(501, 'NotImplemented') : complete(path, uploadId)
    case 'HEAD':
      return head(path)
    case 'GET':
      return uploadId === null ? list(path, query) : refuse(501, 'NotImplemented')
    case 'DELETE':
      if (uploadId === null) objects.delete(path)
      else uploads.delete(uploadId)
      return { status: 204, headers: {} }
    default:
      return refuse(501, 'NotImplemented')
  }
}

function put(path: string, sizeBytes: number, request: IncomingMessage): Reply {
  if (request.headers['if-none-match'] === '*' && objects.has(path)) return refuse(412, 'PreconditionFailed')
  const etag = etagOf(request)
  objects.set(path, { sizeBytes, headers: { ...keptHeaders(request), etag }, modifiedAtMs: Date.now() })
  return { status: 200, headers: { etag, 'content-length': 0 } }
}

function openUpload(path: string, request: IncomingMessage): Reply {
  const uploadId = randomUUID()
  uploads.set(uploadId, { headers: keptHeaders(request), parts: new Map() })
  const [, bucket = '', ...key] = path.split('/')
  return answer(
    'InitiateMultipartUploadResult',
    element('Bucket', bucket),
    element('Key', decodeURIComponent(key.join('/'))),
    element('UploadId', uploadId)
  )
}

function putPart(uploadId: string, number: number, sizeBytes: number, request: IncomingMessage): Reply {
  const upload = uploads.get(uploadId)
  if (!upload) return refuse(404, 'NoSuchUpload')
  const etag = partEtagOf(request)
  upload.parts.set(number, { sizeBytes, md5: etag.replaceAll('"', '') })
  return { status: 200, headers: { etag, 'content-length': 0 } }
}

function complete(path: string, uploadId: string): Reply {
  const upload = uploads.get(uploadId)
  if (!upload) return refuse(404, 'NoSuchUpload')
  uploads.delete(uploadId)
  const parts = [...upload.parts].sort(([a], [b]) => a - b).map(([, part]) => part)
  const md5s = Buffer.from(parts.map(({ md5 }) => md5).join(''), 'hex')
  const etag = `"${createHash('md5').update(md5s).digest('hex')}-${parts.length}"` // as R2 makes it (r2-facts §5)
  const sizeBytes = parts.reduce((total, part) => total + part.sizeBytes, 0)
  objects.set(path, { sizeBytes, headers: { ...upload.headers, etag }, modifiedAtMs: Date.now() })
  return answer('CompleteMultipartUploadResult', element('ETag', etag))
}

function head(path: string): Reply {
  const object = objects.get(path)
  if (!object) return { status: 404, headers: {} }
  const modified = new Date(object.modifiedAtMs).toUTCString()
  return { status: 200, headers: { ...object.headers, 'content-length': object.sizeBytes, 'last-modified': modified } }
}

/** The first 1,000: uploaders ask what is there before they start, and that is nothing. */
function list(path: string, query: URLSearchParams): Reply {
  const bucket = `${path.replace(/\/$/, '')}/`
  const prefix = query.get('prefix') ?? ''
  const isEncoded = query.get('encoding-type') === 'url'
  const found = [...objects].flatMap(([path, { sizeBytes, headers, modifiedAtMs }]) => {
    const key = path.startsWith(bucket) ? decodeURIComponent(path.slice(bucket.length)) : null
    if (!key?.startsWith(prefix)) return []
    const about = [
      element('Key', isEncoded ? encodeURIComponent(key) : key),
      element('Size', String(sizeBytes)),
      element('ETag', String(headers['etag'])),
      element('LastModified', new Date(modifiedAtMs).toISOString())
    ]
    return [`<Contents>${about.join('')}</Contents>`]
  })
  return answer(
    'ListBucketResult',
    element('IsTruncated', 'false'),
    isEncoded ? element('EncodingType', 'url') : '',
    ...found.slice(0, 1_000)
  )
}

/** The sender's own MD5, taken on trust; without one, an ETag that no client can take for an MD5. */
function etagOf(request: IncomingMessage): string {
  const md5 = request.headers['content-md5']
  return typeof md5 === 'string' ? `"${Buffer.from(md5, 'base64').toString('hex')}"` : '"unknown-1"'
}

/** R2's part ETags are MD5s, and we send none with a part: any 32 digits will do that are the same for the same bytes. */
function partEtagOf(request: IncomingMessage): string {
  const sha256 = request.headers['x-amz-content-sha256']
  if (request.headers['content-md5'] !== undefined || typeof sha256 !== 'string') return etagOf(request)
  return `"${createHash('md5').update(sha256).digest('hex')}"`
}

function keptHeaders({ headers }: IncomingMessage): Headers {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' && KEPT_HEADER.test(name)) kept[name] = value
  }
  return kept
}

function refuse(status: number, code: string): Reply {
  return { ...answer('Error', element('Code', code), element('Message', code)), status }
}

function answer(root: string, ...content: string[]): Reply {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${content.join('')}</${root}>`
  return { status: 200, headers: {}, xml }
}

function element(name: string, text: string): string {
  return `<${name}>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</${name}>`
}
