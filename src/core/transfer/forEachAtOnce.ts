import { isAbort } from '../../shared/errors.ts'

/**
 * Runs `act` for all items, so many at once, in order of their start. After the first failure nothing new starts, what
 * runs may end, and that failure is thrown when all have.
 *
 * @param isHopeless Whether after that failure what runs is of no use: then it is aborted.
 * @throws The first failure; `signal.reason`.
 */
export async function forEachAtOnce<T>(
  limit: number,
  items: ReadonlyArray<T>,
  act: (item: T, signal: AbortSignal) => Promise<void>,
  isHopeless: (error: unknown) => boolean,
  signal: AbortSignal
): Promise<void> {
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  const rest = items.values()
  const failures: unknown[] = []
  const runner = async () => {
    for (const item of rest) {
      await act(item, either).catch((error: unknown) => {
        if (!isAbort(error) || !either.aborted) failures.push(error)
        if (isHopeless(error)) stop.abort()
      })
      if (either.aborted || failures.length > 0) return
    }
  }
  if (!signal.aborted) await Promise.all(Array.from({ length: Math.min(limit, items.length) }, runner))
  signal.throwIfAborted()
  if (failures.length > 0) throw failures[0]
}
