/** What a request asks of S3, as faults and counts name it. */
export type RequestKind =
  | 'put'
  | 'part'
  | 'copy'
  | 'create'
  | 'complete'
  | 'abort'
  | 'head'
  | 'get'
  | 'delete'
  | 'list'
  | 'listParts'
  | 'listUploads'
  | 'other'

export type S3Request = {
  readonly method: string
  readonly kind: RequestKind
  readonly bucket: string
  /** Decoded; `''` for a question about the bucket. */
  readonly key: string
  readonly part: number | null
  readonly uploadId: string | null
  readonly query: URLSearchParams
}

/**
 * Reads method and URL of a path-style request.
 *
 * @param basePath What stands before `/bucket/key`.
 */
export function readS3Request(
  method: string,
  url: string,
  basePath: string,
  headers: Readonly<Record<string, unknown>>
): S3Request {
  const [path = '', search = ''] = url.slice(basePath.length + 1).split('?')
  const slash = path.indexOf('/')
  const bucket = slash < 0 ? path : path.slice(0, slash)
  const key = slash < 0 ? '' : decodeURIComponent(path.slice(slash + 1))
  const query = new URLSearchParams(search)
  const part = query.get('partNumber')
  const kind = key === '' ? bucketKind(method, query) : objectKind(method, query, headers)
  return {
    method,
    kind,
    bucket,
    key,
    part: part === null ? null : Number(part),
    uploadId: query.get('uploadId'),
    query
  }
}

function bucketKind(method: string, query: URLSearchParams): RequestKind {
  if (method !== 'GET') return query.has('delete') ? 'delete' : 'other'
  return query.has('uploads') ? 'listUploads' : 'list'
}

function objectKind(method: string, query: URLSearchParams, headers: Readonly<Record<string, unknown>>): RequestKind {
  const isOfUpload = query.has('uploadId')
  switch (method) {
    case 'PUT':
      if (isOfUpload) return 'part'
      return 'x-amz-copy-source' in headers ? 'copy' : 'put'
    case 'POST':
      if (query.has('uploads')) return 'create'
      return isOfUpload ? 'complete' : 'other'
    case 'DELETE':
      return isOfUpload ? 'abort' : 'delete'
    case 'GET':
      return isOfUpload ? 'listParts' : 'get'
    case 'HEAD':
      return 'head'
    default:
      return 'other'
  }
}
