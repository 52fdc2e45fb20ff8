import { AppError } from '../../../shared/errors.ts'
import type { Answers, CallName, EventName, EventPayload } from '../../../shared/ipc/contract.ts'
import type { CollectionView } from '../../../shared/model/collection.ts'
import type { FrameView } from '../../../shared/model/frame.ts'
import type { Lack, LackReason, Receipt } from '../../../shared/model/receipt.ts'

type FakeQueue = {
  readonly collections: () => ReadonlyArray<CollectionView>
  readonly framesOf: (collectionId: string) => ReadonlyArray<FrameView>
  readonly emit: <K extends EventName>(name: K, payload: EventPayload<K>) => void
}

/** Receipts of what the fake queue holds; looking again finds what the queue says. */
export function fakeReceiptAnswers(queue: FakeQueue): Answers<Extract<CallName, `receipts:${string}`>> {
  const make = (collectionId: string, isReproved: boolean): Receipt => {
    const collection = queue.collections().find(({ id }) => id === collectionId)
    if (!collection) throw new AppError('bad-request', `No collection ${collectionId}`)
    return fakeReceipt(collection, queue.framesOf(collectionId), isReproved)
  }
  return {
    'receipts:make': async ({ collectionId }) => make(collectionId, false),
    'receipts:prove': async ({ collectionId }) => {
      const receipt = make(collectionId, true)
      queue.emit('receipts:progressed', [{ collectionId, looked: receipt.objects, objects: receipt.objects }])
      return receipt
    },
    'receipts:stop': async () => null,
    'receipts:export': async ({ collectionId, format }) => {
      const receipt = make(collectionId, false)
      const text = format === 'json' ? JSON.stringify(receipt) : 'path,reason\n'
      return { fileName: `${receipt.collectionName} receipt.${format}`, text }
    }
  }
}

function fakeReceipt(collection: CollectionView, frames: ReadonlyArray<FrameView>, isReproved: boolean): Receipt {
  const proved = frames.filter(({ status }) => status === 'done')
  const lacks = frames.flatMap((frame): Lack[] => {
    const reason = reasonOf(frame)
    if (reason === null) return []
    const { id: frameId, path, problem } = frame
    return [{ frameId, path, outputId: null, key: null, reason, problem }]
  })
  const objects = proved.reduce((sum, { uploads }) => sum + uploads.length, 0)
  return {
    collectionId: collection.id,
    collectionName: collection.name,
    accountName: 'Studio',
    bucket: 'clients',
    madeAtMs: Date.UTC(2026, 10, 21, 16, 3),
    frames: frames.length,
    proved: proved.length,
    provedBytes: proved.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    objects,
    isSafe: frames.length > 0 && lacks.length === 0,
    isFolderRead: collection.rootPath === null ? null : collection.state !== 'not-connected',
    lacks,
    reproved: isReproved ? { objects, atMs: Date.UTC(2026, 10, 21, 16, 4) } : null
  }
}

function reasonOf({ status, uploads }: FrameView): LackReason | null {
  if (status === 'done') return null
  if (uploads.some((upload) => upload.status === 'conflict')) return 'conflict'
  if (status === 'failed' || status === 'attention') return 'failed'
  return status === 'cancelled' ? 'cancelled' : 'waiting'
}
