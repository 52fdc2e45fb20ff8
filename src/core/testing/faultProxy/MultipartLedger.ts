import type { S3Request } from './s3Request.ts'

export type LedgerPart = {
  readonly number: number
  readonly sizeBytes: number
  /** As R2 has it. */
  readonly md5: string
  /** As the emulator has it: random. */
  readonly etag: string
  readonly sentAtMs: number
}

export type LedgerUpload = {
  readonly uploadId: string
  readonly bucket: string
  readonly key: string
  readonly initiatedAtMs: number
  readonly parts: Map<number, LedgerPart>
}

/** Multipart uploads that were seen to begin and not to end. */
export class MultipartLedger {
  readonly #uploads = new Map<string, LedgerUpload>()

  open(upload: Omit<LedgerUpload, 'parts'>): void {
    this.#uploads.set(upload.uploadId, { ...upload, parts: new Map() })
  }

  find({ uploadId, bucket, key }: Pick<S3Request, 'uploadId' | 'bucket' | 'key'>): LedgerUpload | null {
    const upload = uploadId === null ? undefined : this.#uploads.get(uploadId)
    return upload?.bucket === bucket && upload.key === key ? upload : null
  }

  /** Completed, dropped, or expired. */
  close(uploadId: string): void {
    this.#uploads.delete(uploadId)
  }

  /** By key, then by id, which is the order in which pages go on. */
  list(bucket: string, prefix: string): ReadonlyArray<LedgerUpload> {
    return [...this.#uploads.values()]
      .filter((upload) => upload.bucket === bucket && upload.key.startsWith(prefix))
      .sort((a, b) => compareBytes(a.key, b.key) || compareBytes(a.uploadId, b.uploadId))
  }
}

export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
