import { randomUUID } from 'node:crypto'

/** What fits into the 12 bits behind the version. */
const MOST_IN_A_MS = 4_096

let lastMs = 0
let countInMs = 0

/**
 * A UUID of version 7: each sorts behind the one before it. Rows that come one after another so lie side by side in an
 * index, where random ids would change another page of it for every row.
 *
 * @param nowMs Unix time in ms. Where the clock was set back, ids go on from the last one.
 * @see https://www.rfc-editor.org/rfc/rfc9562#section-5.7
 */
export function createOrderedId(nowMs = Date.now()): string {
  if (nowMs > lastMs) {
    lastMs = nowMs
    countInMs = 0
  } else if (++countInMs === MOST_IN_A_MS) {
    lastMs += 1
    countInMs = 0
  }
  const time = lastMs.toString(16).padStart(12, '0')
  const count = countInMs.toString(16).padStart(3, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}${randomUUID().slice(18)}`
}
