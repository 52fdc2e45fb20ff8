import type { QueueFilter } from '../../../shared/model/frame.ts'
import { type Lack, type LackReason, lackReasons } from '../../../shared/model/receipt.ts'

/** A line of the list of what is not proved: the head of a reason, or a file below it. */
export type LackRow =
  | { readonly kind: 'head'; readonly reason: LackReason; readonly lacks: ReadonlyArray<Lack> }
  | { readonly kind: 'file'; readonly lack: Lack }

/** Gone pictures are worse news than waiting ones: what is lost or in doubt comes first. */
const ORDER: ReadonlyArray<LackReason> = ['gone', 'differs', 'changed', 'not-taken', 'unreadable', 'failed', 'conflict']

/** Grouped by reason, the gravest first; within a reason in the receipt's own order. */
export function lackRows(lacks: ReadonlyArray<Lack>): ReadonlyArray<LackRow> {
  const byReason = Map.groupBy(lacks, ({ reason }) => reason)
  const order = new Set<LackReason>([...ORDER, ...lackReasons])
  return [...order].flatMap((reason): LackRow[] => {
    const group = byReason.get(reason) ?? []
    if (group.length === 0) return []
    return [{ kind: 'head', reason, lacks: group }, ...group.map((lack): LackRow => ({ kind: 'file', lack }))]
  })
}

/** What a person does about a reason. `show` takes them to the queue, filtered. */
export type LackAction = 'retry' | 'answer' | 'add' | 'prove' | 'settings' | 'show'

export const lackActions: Readonly<Record<LackReason, ReadonlyArray<LackAction>>> = {
  'not-taken': ['add'],
  waiting: ['show'],
  failed: ['retry', 'show'],
  conflict: ['answer'],
  skipped: ['settings', 'show'],
  cancelled: ['retry', 'show'],
  changed: ['add', 'show'],
  'no-original': ['settings'],
  gone: ['retry', 'show'],
  differs: ['retry', 'show'],
  elsewhere: ['show'],
  unreadable: [],
  unknown: ['prove']
}

/** Under which filter of the queue the files of a reason stand. */
export function filterFor(reason: LackReason): QueueFilter {
  if (reason === 'waiting') return 'waiting'
  if (reason === 'cancelled') return 'cancelled'
  const isDone = reason === 'skipped' || reason === 'changed' || reason === 'elsewhere'
  return isDone ? 'done' : 'needs-you'
}
