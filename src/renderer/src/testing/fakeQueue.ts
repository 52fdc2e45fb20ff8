import type { Answers, EventName, EventPayload } from '../../../shared/ipc/contract.ts'
import type { FrameSelection, FrameView } from '../../../shared/model/frame.ts'
import { fakeTotals, LAKE_WEDDING, passes } from './fakeFrames.ts'

type QueueCall =
  | `queue:${'page' | 'left-out' | 'ids' | 'totals' | 'pause' | 'continue' | 'retry' | 'cancel' | 'take-anyway'}`
  | 'queue:resolve'
  | 'queue:hold'

const isAsking = ({ uploads }: FrameView) => uploads.some(({ status }) => status === 'conflict')
const isKeptHere = ({ leftOut, problem }: FrameView) => leftOut !== undefined || problem?.code === 'file-elsewhere'

/** The queue over frames that are changed in place. */
export function fakeQueue(frames: FrameView[], emit: <K extends EventName>(name: K, payload: EventPayload<K>) => void) {
  const framesOf = (collectionId: string | null) =>
    frames.filter((frame) => collectionId === null || frame.collectionId === collectionId)
  const totalsOf = (collectionId: string | null) => fakeTotals(collectionId, framesOf(collectionId))
  const rowsOf = ({ collectionId, filter }: Exclude<FrameSelection, { ids: unknown }>) =>
    framesOf(collectionId).filter((frame) => passes(frame, filter))
  const leftOutOf = (collectionId: string) => framesOf(collectionId).filter(({ leftOut }) => leftOut !== undefined)
  const chosenBy = (select: FrameSelection) =>
    'ids' in select ? frames.filter(({ id }) => select.ids.includes(id)) : rowsOf(select)

  function change(ids: ReadonlyArray<string>, changeOne: (frame: FrameView) => FrameView): number {
    const changed: FrameView[] = []
    for (const [index, frame] of frames.entries()) {
      if (!ids.includes(frame.id)) continue
      const next = changeOne(frame)
      frames[index] = next
      changed.push(next)
    }
    emit('queue:changed', changed)
    emit('queue:measured', [totalsOf(null), totalsOf(LAKE_WEDDING)])
    emit('queue:reordered', [{ collectionId: LAKE_WEDDING }])
    return changed.length
  }

  const setStatus = (
    select: FrameSelection,
    status: FrameView['status'],
    uploads: 'waiting' | 'paused' | 'cancelled',
    isMeant: (frame: FrameView) => boolean = ({ status: now }) => now !== 'done'
  ) => {
    const ids = chosenBy(select)
      .filter(isMeant)
      .map(({ id }) => id)
    const changed = change(ids, ({ leftOut: _, ...frame }) => ({
      ...frame,
      status,
      problem: null,
      uploads: frame.uploads.map((upload) =>
        upload.status === 'done'
          ? upload
          : { ...upload, status: uploads, problem: null, occupant: null, retryAtMs: null }
      )
    }))
    return { changed }
  }

  const answers: Answers<QueueCall> = {
    'queue:page': async ({ offset, limit, groupBy, ...select }) => {
      const rows = rowsOf(select)
      if (groupBy !== 'shot') return { total: rows.length, frames: rows.slice(offset, offset + limit) }
      const keyOf = ({ id, shot }: FrameView) => shot?.key ?? id
      const keys = [...new Set(rows.map(keyOf))]
      const byKey = Map.groupBy(framesOf(select.collectionId), keyOf)
      return { total: keys.length, frames: keys.slice(offset, offset + limit).flatMap((key) => byKey.get(key) ?? []) }
    },
    'queue:left-out': async ({ collectionId, offset, limit }) => {
      const rows = leftOutOf(collectionId)
      return { total: rows.length, frames: rows.slice(offset, offset + limit) }
    },
    'queue:ids': async ({ offset, limit, ...select }) =>
      rowsOf(select)
        .slice(offset, offset + limit)
        .map(({ id }) => id),
    'queue:totals': async ({ collectionId }) => totalsOf(collectionId),
    'queue:pause': async (select) => setStatus(select, 'paused', 'paused'),
    'queue:continue': async (select) => setStatus(select, 'waiting', 'waiting'),
    'queue:retry': async (select) =>
      setStatus(select, 'waiting', 'waiting', (frame) => frame.status !== 'done' && !isAsking(frame)),
    'queue:cancel': async (select) => setStatus(select, 'cancelled', 'cancelled'),
    'queue:take-anyway': async (select) => setStatus(select, 'waiting', 'waiting', isKeptHere),
    'queue:resolve': async ({ select }) => setStatus(select, 'waiting', 'waiting', isAsking),
    'queue:hold': async ({ isHeld }) => {
      emit('queue:measured', [{ ...totalsOf(null), ...(isHeld ? { hold: 'paused', bytesPerSecond: 0 } : {}) }])
      return null
    }
  }
  return { answers, framesOf, chosenBy, change }
}
