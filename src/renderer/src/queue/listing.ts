import { type QueueFilter, queueFilters, type Totals } from '../../../shared/model/frame.ts'
import { filterWords } from '../../../shared/words/stateWords.ts'

/** What the queue lists: what a filter shows, or what the rules of the collection leave out. */
export type Listing = QueueFilter | 'left-out'

export const listings: ReadonlyArray<Listing> = [...queueFilters, 'left-out']

export const listingWords: Readonly<Record<Listing, string>> = { ...filterWords, 'left-out': 'Left out' }

/** How many frames a filter shows. */
export function countFor(totals: Totals, filter: QueueFilter): number {
  return {
    all: totals.frames,
    waiting: totals.waiting,
    working: totals.working,
    done: totals.done,
    'needs-you': totals.needsYou,
    cancelled: totals.cancelled
  }[filter]
}
