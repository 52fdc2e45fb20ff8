import { assertNever, type Problem } from '../../../shared/errors.ts'
import type { Proof } from '../../../shared/model/frame.ts'
import { ORIGINAL } from '../../../shared/model/output.ts'
import type { Lack, LackReason } from '../../../shared/model/receipt.ts'
import type { ReceiptFrame, ReceiptUpload } from './ReceiptRows.ts'

/** What the disk shows of a taken file. `absent`: it is not there now, which says nothing against its proof. */
export type DiskLook =
  | { readonly kind: 'same' | 'changed' | 'absent' }
  | { readonly kind: 'unreadable'; readonly problem: Problem }

/** What the bucket says of a proof. */
export type Verdict =
  | { readonly kind: 'same' | 'gone' | 'differs' }
  | { readonly kind: 'unknown'; readonly problem: Problem | null }

/** A line of the exported receipt: an object of a taken file, or what is to be said of a file as a whole. */
export type ReceiptLine = Omit<Lack, 'reason'> & {
  /** Null: it is proved. */
  readonly reason: LackReason | null
  /** Null for what was never proved, and for a line about the file as a whole. */
  readonly proof: Proof | null
  /** The original went without the position that the file on disk tells. Absent: it did not. */
  readonly isWithoutPosition?: true
}

export type JudgePorts = {
  /** The bucket that the account leads to now; null for an account that is not set up on this computer. */
  readonly bucketOf: (accountId: string) => string | null
  /** What the bucket said just now; null where it was not to be asked. */
  readonly verdictOf: (upload: ReceiptUpload, proof: Proof) => Verdict | null
}

export type Judged = {
  readonly lines: ReadonlyArray<ReceiptLine>
  /** None: the file is proved, its original and every other output; byte for byte, unless `isWithoutPosition`. */
  readonly lacks: ReadonlyArray<Lack>
}

type Why = { readonly reason: LackReason; readonly problem: Problem | null }

/**
 * Whether a taken file has arrived. In doubt it has not: what a receipt calls proved may be gone from the card a minute
 * later.
 */
export function judgeFrame(frame: ReceiptFrame, look: DiskLook, ports: JudgePorts): Judged {
  const objects = frame.uploads.map((upload) => toLine(frame, upload, whyNot(frame, upload, ports)))
  const ofFile = whyNoOriginal(frame)
  if (ofFile) {
    const line: ReceiptLine = { ...wholeFile(frame.id, frame.path), ...ofFile }
    return { lines: [...objects, line], lacks: [...lacksOf(objects), ...lacksOf([line])] }
  }
  const lacks = lacksOf(objects)
  const onDisk = whyDoubted(look)
  if (lacks.length > 0 || !onDisk) return { lines: objects, lacks }
  // Everything of an earlier version is there: the objects are what they were, and not what is on disk.
  return {
    lines: objects.map((line) => ({ ...line, ...onDisk })),
    lacks: [{ frameId: frame.id, path: frame.path, outputId: null, key: null, ...onDisk }]
  }
}

/** A line about a file, or a folder, of which there is no object to speak. */
export function wholeFile(frameId: string | null, path: string): Omit<ReceiptLine, 'reason'> {
  return { frameId, path, outputId: null, key: null, problem: null, proof: null }
}

/** What is lacking among lines. */
export function lacksOf(lines: ReadonlyArray<ReceiptLine>): ReadonlyArray<Lack> {
  return lines.flatMap(({ frameId, path, outputId, key, reason, problem }) =>
    reason === null ? [] : [{ frameId, path, outputId, key, reason, problem }]
  )
}

function toLine({ id, path }: ReceiptFrame, upload: ReceiptUpload, why: Why | null): ReceiptLine {
  const { outputId, key, state, isWithoutPosition } = upload
  const proof = state.kind === 'done' ? state.proof : null
  const line = { frameId: id, path, outputId, key, ...(why ?? { reason: null, problem: null }), proof }
  return isWithoutPosition ? { ...line, isWithoutPosition } : line
}

function whyNoOriginal({ uploads, status, problem, path }: ReceiptFrame): Why | null {
  if (uploads.some(({ outputId }) => outputId === ORIGINAL.id)) return null
  if (uploads.length > 0) return { reason: 'no-original', problem: null }
  switch (status) {
    case 'settling':
    case 'waiting':
    case 'working':
    case 'paused':
      return { reason: 'waiting', problem }
    case 'failed':
      return { reason: 'failed', problem }
    case 'cancelled':
      return { reason: 'cancelled', problem }
    case 'done':
    case 'attention':
    case null:
      return { reason: 'failed', problem: { code: 'record-damaged', detail: `${path}: taken, and without outputs` } }
    default:
      return assertNever(status)
  }
}

function whyNot(frame: ReceiptFrame, upload: ReceiptUpload, ports: JudgePorts): Why | null {
  const { state } = upload
  switch (state.kind) {
    case 'done':
      return whyDisproved(frame, upload, state.proof, ports)
    case 'waiting':
    case 'rendering':
    case 'sending':
    case 'retrying':
    case 'paused':
    case 'proving':
      return { reason: 'waiting', problem: 'problem' in state ? state.problem : null }
    case 'conflict':
    case 'skipped':
    case 'cancelled':
      return { reason: state.kind, problem: null }
    case 'failed':
      return whyFailed(state.problem)
    default:
      return assertNever(state)
  }
}

/** What an earlier look into the bucket found is remembered as a failure with one of these codes. */
function whyFailed(problem: Problem): Why {
  if (problem.code === 'object-missing') return { reason: 'gone', problem }
  if (problem.code === 'proof-failed') return { reason: 'differs', problem }
  return { reason: 'failed', problem }
}

function whyDisproved(frame: ReceiptFrame, upload: ReceiptUpload, proof: Proof, ports: JudgePorts): Why | null {
  const { outputId, accountId, bucket, lastSha256AtKey, isWithoutPosition } = upload
  const isFileItself = outputId === ORIGINAL.id && !isWithoutPosition
  if (isFileItself && (proof.sizeBytes !== frame.sizeBytes || proof.sha256 !== frame.sha256)) {
    return { reason: 'changed', problem: null } // a proof of other bytes than those the file was taken with
  }
  const bucketNow = ports.bucketOf(accountId)
  if (bucketNow !== null && bucketNow !== bucket) return { reason: 'elsewhere', problem: null }
  const verdict = ports.verdictOf(upload, proof)
  if (verdict?.kind === 'unknown') return { reason: 'unknown', problem: verdict.problem }
  if (verdict) return verdict.kind === 'same' ? null : { reason: verdict.kind, problem: null }
  // Without a look: something else has been proved at the same key since.
  return lastSha256AtKey === null || lastSha256AtKey === proof.sha256 ? null : { reason: 'differs', problem: null }
}

function whyDoubted(look: DiskLook): Why | null {
  if (look.kind === 'unreadable') return { reason: 'unreadable', problem: look.problem }
  return look.kind === 'changed' ? { reason: 'changed', problem: null } : null
}
