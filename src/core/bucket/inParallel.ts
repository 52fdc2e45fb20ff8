/**
 * Runs a task for each item, at most `limit` at once. The first failure keeps the rest from being begun; it is thrown
 * when the tasks under way have ended.
 */
export async function inParallel<T>(
  items: Iterable<T>,
  limit: number,
  task: (item: T) => Promise<void>
): Promise<void> {
  const left = items[Symbol.iterator]()
  const failures: unknown[] = []
  const work = async () => {
    try {
      for (let next = left.next(); !next.done && failures.length === 0; next = left.next()) await task(next.value)
    } catch (error) {
      failures.push(error)
    }
  }
  await Promise.all(Array.from({ length: limit }, work))
  if (failures.length > 0) throw failures[0]
}
