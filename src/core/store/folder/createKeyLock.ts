export type KeyLock = <T>(key: string, task: () => Promise<T>) => Promise<T>

/** Runs the tasks of one key one after another, in the order in which they came; those of other keys beside them. */
export function createKeyLock(): KeyLock {
  const last = new Map<string, Promise<unknown>>()
  return (key, task) => {
    const run = (last.get(key) ?? Promise.resolve()).then(task, task)
    last.set(key, run)
    const forget = () => {
      if (last.get(key) === run) last.delete(key)
    }
    run.then(forget, forget)
    return run
  }
}
