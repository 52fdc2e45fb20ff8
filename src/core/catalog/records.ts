import type { Problem } from '../../shared/errors.ts'
import type { FrameStatus } from '../../shared/model/frame.ts'
import type { Output } from '../../shared/model/output.ts'
import type { FrameFacts } from '../images/FrameFacts.ts'
import type { UploadState } from '../transfer/UploadState.ts'

/** One file on disk that was taken. */
export type Frame = {
  /** Order of arrival, from 1. */
  readonly seq: number
  readonly id: string
  readonly collectionId: string
  /** From 1 in its collection. */
  readonly number: number
  /** Absolute, as the disk spells it. */
  readonly path: string
  /** Below the collection's root, with `/`. */
  readonly relativePath: string
  readonly sizeBytes: number
  readonly mtimeNs: bigint
  readonly ino: bigint
  readonly status: FrameStatus
  readonly problem: Problem | null
  readonly facts: FrameFacts | null
  /** Of the source's bytes, lower-case hex, once it has been read whole. */
  readonly sha256: string | null
  readonly hasPreview: boolean
}

/** One object on its way. */
export type Upload = {
  readonly id: string
  readonly frameId: string
  readonly frameSeq: number
  readonly ordinal: number
  readonly output: Output
  readonly accountId: string
  readonly bucket: string
  /** What the template gave. */
  readonly baseKey: string
  /** Where it goes: `baseKey`, or with a number where others have that name. */
  readonly key: string
  /** 1: `baseKey` itself. */
  readonly keyNumber: number
  readonly state: UploadState
  /** The rendition on this computer; null for originals and for what has not been made. */
  readonly spoolPath: string | null
  /** Of the object's bytes; null until they are known. */
  readonly sizeBytes: number | null
  readonly sha256: string | null
  readonly widthPx: number | null
  readonly heightPx: number | null
  readonly contentType: string
  /** ETag of the one object at its key that it may overwrite; null: the key must be free. */
  readonly replaces: string | null
}

/** What an upload waits for: the darkroom, the line, the copies of its frame, or nobody. */
export type UploadWork = 'render' | 'send' | 'copies' | null
