import type { Problem } from '../../../shared/errors.ts'
import type { FrameStatus } from '../../../shared/model/frame.ts'
import type { Fingerprint } from '../../files/FrameFile.ts'
import type { UploadState } from '../../transfer/UploadState.ts'

/** One output of a taken file, as far as a receipt asks. */
export type ReceiptUpload = {
  readonly id: string
  /** `original` is the file itself, byte for byte unless it is without its position; else a copy made of it. */
  readonly outputId: string
  /** Of the original: a copy of the file that tells no position went, and is what the proof is of. */
  readonly isWithoutPosition: boolean
  readonly accountId: string
  readonly bucket: string
  readonly key: string
  /** A row that does not parse is `failed` with the code `record-damaged`. */
  readonly state: UploadState
  /** Of what was last proved at its key by anybody who shares the catalog; null if nothing is known. */
  readonly lastSha256AtKey: string | null
}

/** A taken file with all of its outputs. */
export type ReceiptFrame = Fingerprint & {
  readonly id: string
  /** Order of arrival, from 1. */
  readonly seq: number
  readonly path: string
  /** Null for a row that says something else. */
  readonly status: FrameStatus | null
  readonly problem: Problem | null
  /** Of the source's bytes; null until it has been read whole. */
  readonly sha256: string | null
  readonly uploads: ReadonlyArray<ReceiptUpload>
}

/** What the catalog tells a receipt. Reads only. */
export interface ReceiptRows {
  /**
   * Files of a collection, in the order of arrival.
   *
   * @param afterSeq The last one that was seen; 0 at the beginning.
   * @returns at most `limit`; none at the end.
   */
  framesAfter(collectionId: string, afterSeq: number, limit: number): ReadonlyArray<ReceiptFrame>
}
