import { setImmediate as nextTurn } from 'node:timers/promises'

/** So many in one turn of the event loop: questions to the catalog take some 10 µs each. */
export const SLICE = 500

/** Maps all items in their order, and lets everything else have its turn after each slice. @throws `signal.reason`. */
export async function mapInSlices<T, R>(
  items: ReadonlyArray<T>,
  act: (item: T, index: number) => R,
  signal: AbortSignal
): Promise<R[]> {
  const mapped: R[] = []
  for (const [index, item] of items.entries()) {
    if (index % SLICE === 0) {
      if (index > 0) await nextTurn()
      signal.throwIfAborted()
    }
    mapped.push(act(item, index))
  }
  return mapped
}
