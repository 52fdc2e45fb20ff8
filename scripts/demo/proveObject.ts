import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { cacheKindOf, defaultCacheControl } from '../../src/core/transfer/objectHeaders.ts'
import type { FrameView, UploadView } from '../../src/shared/model/frame.ts'
import type { Output } from '../../src/shared/model/output.ts'
import { comparePictures } from './comparePictures.ts'

/** One object that should be in the bucket, or a file of which there is none. */
export type Finding = {
  readonly file: string
  readonly outputId: string
  readonly key: string
  readonly sizeBytes: number | null
  readonly link: string
  /** What was found out, in a few words. */
  readonly proof: string
  /** Empty where everything is as it should be. */
  readonly faults: ReadonlyArray<string>
}

/** Opens an object's link and holds what comes against the file on disk, and against the proof that the app gives. */
export async function proveObject(
  frame: FrameView,
  upload: UploadView,
  output: Output,
  link: string | undefined
): Promise<Finding> {
  const { key, sizeBytes, proof } = upload
  const finding = { file: frame.name, outputId: upload.outputId, key: key ?? '', sizeBytes, link: link ?? '' }
  const bad = (fault: string): Finding => ({ ...finding, proof: '', faults: [fault] })
  if (link === undefined) return bad('no link was copied')
  if (proof === null) return bad('is called done without a proof')
  const response = await fetch(link)
  if (!response.ok || !response.body) return bad(`the link answers ${response.status}`)

  const faults = headerFaults(response.headers, upload)
  const chunks: Uint8Array[] = []
  const got = await digest(response.body, output.kind === 'original' ? undefined : (chunk) => chunks.push(chunk))
  if (got.sha256 !== proof.sha256) faults.push('is not what the proof says')
  if (got.sizeBytes !== proof.sizeBytes) faults.push(`has ${got.sizeBytes} bytes, not ${proof.sizeBytes}`)
  const words = [`sha256 ${got.sha256.slice(0, 12)}, ${proof.how}`]
  if (output.kind === 'original') {
    const file = await digest(createReadStream(frame.path))
    if (file.sha256 !== got.sha256 || file.sizeBytes !== got.sizeBytes) faults.push('is not the file, byte for byte')
    else words.push('same bytes as the file')
  } else {
    const comparison = await comparePictures(frame.path, Buffer.concat(chunks), output)
    words.push(comparison.words)
    faults.push(...comparison.faults)
  }
  return { ...finding, proof: words.join(', '), faults }
}

function headerFaults(headers: Headers, { contentType }: UploadView): string[] {
  const faults: string[] = []
  const type = headers.get('content-type')
  if (type === null || type !== contentType) faults.push(`content-type is ${type}, not ${contentType}`)
  const cache = headers.get('cache-control')
  const expected = defaultCacheControl[cacheKindOf(contentType ?? '')]
  if (cache !== expected) faults.push(`cache-control is ${cache}, not ${expected}`)
  return faults
}

type Digest = { readonly sha256: string; readonly sizeBytes: number }

/** Of a stream of any length. @param keep Sees every chunk. */
async function digest(
  stream: AsyncIterable<Uint8Array>,
  keep: (chunk: Uint8Array) => void = () => {}
): Promise<Digest> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const chunk of stream) {
    hash.update(chunk)
    sizeBytes += chunk.length
    keep(chunk)
  }
  return { sha256: hash.digest('hex'), sizeBytes }
}
