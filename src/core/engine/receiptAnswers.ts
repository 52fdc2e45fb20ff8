import type { Problem } from '../../shared/errors.ts'
import type { Answers, EventName, EventPayload } from '../../shared/ipc/contract.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Clock } from '../files/Clock.ts'
import { type ReceiptReport, receiptFile } from '../insight/receipts/receiptFile.ts'
import type { Collections } from './Collections.ts'
import type { Receipts } from './Receipts.ts'

type ReceiptCall = `receipts:${'make' | 'prove' | 'stop' | 'export'}`

export type ReceiptAnswerParts = {
  readonly receipts: Receipts
  readonly collections: Collections
  readonly uploads: CatalogUploads
  readonly clock: Clock
  readonly emit: <K extends EventName>(name: K, payload: EventPayload<K>) => void
  readonly onFrameChanged: (frameId: string) => void
  /** Aborted when the engine ends. */
  readonly signal: AbortSignal
}

/** Announcements of progress, at most ten a second. */
const PROGRESS_MS = 100

/** Lines that are kept for export, of all receipts together: 400 bytes each. */
const MOST_KEPT_LINES = 200_000

type Proving = { readonly report: Promise<ReceiptReport>; readonly stop: AbortController }

/** What the window asks about receipts. */
export function receiptAnswers(parts: ReceiptAnswerParts): Answers<ReceiptCall> {
  const { receipts, collections, signal } = parts
  /** The last receipt of each collection; the newest at the end. */
  const kept = new Map<string, ReceiptReport>()
  const proving = new Map<string, Proving>()

  return {
    'receipts:make': async ({ collectionId }) => (await make(collectionId)).receipt,
    'receipts:prove': async ({ collectionId }) => {
      const { report } = proving.get(collectionId) ?? startProving(collectionId)
      return (await report).receipt
    },
    'receipts:stop': async ({ collectionId }) => {
      proving.get(collectionId)?.stop.abort()
      return null
    },
    'receipts:export': async ({ collectionId, format }) =>
      receiptFile(kept.get(collectionId) ?? (await make(collectionId)), format)
  }

  async function make(collectionId: string): Promise<ReceiptReport> {
    return keep(await receipts.make({ collection: collections.get(collectionId), part: null }, signal))
  }

  function startProving(collectionId: string): Proving {
    const order = { collection: collections.get(collectionId), part: null }
    const stop = new AbortController()
    const tell = tellProgress(collectionId, parts)
    const report = receipts
      .prove(order, tell, AbortSignal.any([signal, stop.signal]))
      .then((proved) => {
        takeBack(proved, parts)
        return keep(proved)
      })
      .finally(() => proving.delete(collectionId))
    const started = { report, stop }
    proving.set(collectionId, started)
    return started
  }

  function keep(report: ReceiptReport): ReceiptReport {
    kept.delete(report.receipt.collectionId)
    kept.set(report.receipt.collectionId, report)
    let lines = 0
    for (const [id, { lines: own }] of [...kept].reverse()) {
      lines += own.count
      if (lines > MOST_KEPT_LINES && id !== report.receipt.collectionId) kept.delete(id)
    }
    return report
  }
}

/** @returns what is told of each step, and announces the first, the last, and now and then one between. */
function tellProgress(collectionId: string, { clock, emit }: ReceiptAnswerParts) {
  let toldAtMs = Number.NEGATIVE_INFINITY
  return (looked: number, objects: number): void => {
    const nowMs = clock.now()
    if (looked < objects && nowMs - toldAtMs < PROGRESS_MS) return
    toldAtMs = nowMs
    emit('receipts:progressed', [{ collectionId, looked, objects }])
  }
}

/**
 * "In the bucket, proved" is said no longer of what was seen to be gone or another. It waits for the person: "retry"
 * sends it again. Nothing else is changed: neither a failed question nor the disk says anything about an object.
 */
function takeBack({ receipt }: ReceiptReport, { uploads, onFrameChanged }: ReceiptAnswerParts): void {
  const changed = uploads.together(() =>
    receipt.lacks.flatMap(({ frameId, outputId, key, reason }) => {
      if (frameId === null || (reason !== 'gone' && reason !== 'differs')) return []
      const upload = uploads.ofFrame(frameId).find(({ output }) => output.id === outputId)
      // Sent again meanwhile: that is another proof.
      if (upload?.state.kind !== 'done' || upload.state.proof.provedAtMs >= receipt.madeAtMs) return []
      const problem: Problem =
        reason === 'gone'
          ? { code: 'object-missing', detail: `${key} is not in the bucket any more` }
          : { code: 'proof-failed', detail: `${key} is not what was proved` }
      uploads.saveState(upload, { kind: 'failed', problem })
      return [frameId]
    })
  )
  for (const frameId of new Set(changed)) onFrameChanged(frameId)
}
