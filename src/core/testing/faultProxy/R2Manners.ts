import { hash } from 'node:crypto'
import { errorXml, partsPage, uploadsPage } from './listPages.ts'
import { type LedgerPart, type LedgerUpload, MultipartLedger } from './MultipartLedger.ts'
import type { S3Request } from './s3Request.ts'
import type { Answer, Passing, Upstream } from './upstream.ts'

export type R2Options = {
  /** Parts and uploads on a page of a listing. */
  readonly pageSize: number
  /** Whether conditions hold at a completion, as R2 documents, or are overlooked, as by the emulator. */
  readonly keepsConditionsAtCompletion: boolean
  readonly nowMs: () => number
}

/**
 * What R2 does and its emulator does not (r2-facts §15): ListParts and ListMultipartUploads, MD5s as ETags of parts,
 * conditions on completions and copies, the refusal of unequal parts. Made up from what passes.
 */
export class R2Manners {
  readonly #upstream: Upstream
  readonly #options: R2Options
  readonly #ledger = new MultipartLedger()

  constructor(upstream: Upstream, options: R2Options) {
    this.#upstream = upstream
    this.#options = options
  }

  /** As if its seven days were over. */
  expire(uploadId: string): void {
    this.#ledger.close(uploadId)
  }

  async answer(request: S3Request, passing: Passing): Promise<Answer> {
    const { kind, bucket, query } = request
    if (request.uploadId !== null) {
      const upload = this.#ledger.find(request)
      if (!upload) return refusal(404, 'NoSuchUpload', 'The specified upload does not exist.')
      return this.#answerAbout(upload, request, passing)
    }
    switch (kind) {
      case 'listUploads': {
        const uploads = this.#ledger.list(bucket, query.get('prefix') ?? '')
        return xml(uploadsPage(bucket, uploads, query, this.#options.pageSize))
      }
      case 'create':
        return this.#create(request, passing)
      case 'copy': {
        const { headers } = passing
        const isMet = await this.#isMet(
          request,
          headers['cf-copy-destination-if-match'],
          headers['cf-copy-destination-if-none-match']
        )
        return isMet ? this.#upstream.forward(passing) : preconditionFailed()
      }
      default:
        return this.#upstream.forward(passing)
    }
  }

  async #answerAbout(upload: LedgerUpload, request: S3Request, passing: Passing): Promise<Answer> {
    switch (request.kind) {
      case 'listParts':
        return xml(partsPage(upload, request.query, this.#options.pageSize))
      case 'part':
        return this.#sendPart(upload, request, passing)
      case 'complete':
        return this.#complete(upload, passing)
      default: {
        const answer = await this.#upstream.forward(passing)
        if (request.kind === 'abort' && isOk(answer)) this.#ledger.close(upload.uploadId)
        return answer
      }
    }
  }

  /** The body of a part did not arrive. R2 has by then lost the part that it had under this number (r2-facts §3). */
  losePart(request: S3Request): void {
    if (request.kind === 'part' && request.part !== null) this.#ledger.find(request)?.parts.delete(request.part)
  }

  async #create({ bucket, key }: S3Request, passing: Passing): Promise<Answer> {
    const answer = await this.#upstream.forward(passing)
    const uploadId = /<UploadId>([^<]+)</.exec(answer.body.toString())?.[1]
    if (isOk(answer) && uploadId !== undefined) {
      this.#ledger.open({ uploadId, bucket, key, initiatedAtMs: this.#options.nowMs() })
    }
    return answer
  }

  async #sendPart({ parts }: LedgerUpload, request: S3Request, passing: Passing): Promise<Answer> {
    this.losePart(request)
    const answer = await this.#upstream.forward(passing)
    const { etag } = answer.headers
    if (!isOk(answer) || etag === undefined || request.part === null) return answer
    const md5 = hash('md5', passing.body, 'hex')
    const part = { number: request.part, sizeBytes: passing.body.length, md5, etag: unquote(etag) }
    parts.set(part.number, { ...part, sentAtMs: this.#options.nowMs() })
    return { ...answer, headers: { ...answer.headers, etag: `"${md5}"` } }
  }

  async #complete(upload: LedgerUpload, passing: Passing): Promise<Answer> {
    const named = readNamedParts(passing.body.toString())
    const parts = named.map(({ number, etag }) => {
      const part = upload.parts.get(number)
      return part?.md5 === etag ? part : null
    })
    if (named.length === 0) return refusal(400, 'MalformedXML', 'The XML you provided was not well-formed.')
    if (!parts.every((part) => part !== null)) {
      return refusal(400, 'InvalidPart', 'One or more of the specified parts could not be found.')
    }
    if (!isEqualParts(parts)) {
      return refusal(400, 'InvalidPart', 'All non-trailing parts must have the same length.')
    }
    const { headers } = passing
    if (
      this.#options.keepsConditionsAtCompletion &&
      !(await this.#isMet(upload, headers['if-match'], headers['if-none-match']))
    ) {
      this.#ledger.close(upload.uploadId) // R2 drops it with the condition (r2-facts §6)
      return preconditionFailed()
    }
    const body = Buffer.from(completionXml(parts))
    const other = { ...headers, 'x-amz-content-sha256': hash('sha256', body, 'hex') }
    const answer = await this.#upstream.forward(this.#upstream.sign({ ...passing, headers: other, body }))
    if (isOk(answer)) this.#ledger.close(upload.uploadId)
    return answer
  }

  async #isMet(
    { bucket, key }: Pick<S3Request, 'bucket' | 'key'>,
    ifMatch: string | ReadonlyArray<string> | undefined,
    ifNoneMatch: string | ReadonlyArray<string> | undefined
  ): Promise<boolean> {
    if (ifMatch === undefined && ifNoneMatch === undefined) return true
    const etag = await this.#upstream.etagOf(bucket, key)
    return ifMatch === undefined ? etag === null : etag === unquote(String(ifMatch))
  }
}

export function refusal(status: number, code: string, message = code): Answer {
  return { ...xml(errorXml(code, message)), status }
}

function preconditionFailed(): Answer {
  return refusal(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold.')
}

function xml(text: string): Answer {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: Buffer.from(text) }
}

function isOk({ status }: Answer): boolean {
  return status >= 200 && status < 300
}

function unquote(etag: string): string {
  return etag.replaceAll('"', '')
}

function readNamedParts(text: string): ReadonlyArray<{ readonly number: number; readonly etag: string }> {
  return [...text.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
    number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
    etag: unquote((/<ETag>([^<]*)</.exec(part)?.[1] ?? '').replaceAll('&quot;', '"'))
  }))
}

/** All of one size but the last, which is no larger (r2-facts §4). */
function isEqualParts(parts: ReadonlyArray<LedgerPart>): boolean {
  const sizes = parts.toSorted((a, b) => a.number - b.number).map(({ sizeBytes }) => sizeBytes)
  const first = sizes[0] ?? 0
  return sizes.every((size, index) => (index === sizes.length - 1 ? size <= first : size === first))
}

function completionXml(parts: ReadonlyArray<LedgerPart>): string {
  const named = parts.map(({ number, etag }) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`)
  return `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${named.join('')}</CompleteMultipartUpload>`
}
