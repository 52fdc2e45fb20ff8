import type { ObjectStore } from '../../store/ObjectStore.ts'

type Method = 'head' | 'put' | 'openMultipart' | 'sendPart' | 'listParts' | 'complete' | 'abort'

/** `after`: the store has acted, and the answer is on its way. What `act` throws is what the caller gets. */
export type Fault = {
  readonly at: Method
  readonly when: 'before' | 'after'
  /** @param call The number of the call of that method, from 1. */
  readonly act: (call: number) => void | Promise<void>
}

export type FaultyStore = ObjectStore & {
  readonly faults: Fault[]
  /** How often a method was called. */
  count(method: Method): number
}

/** A store with accidents: each happens until it is taken out of `faults`. */
export function createFaultyStore(inner: ObjectStore, faults: Fault[] = []): FaultyStore {
  const counts = new Map<Method, number>()

  function wrap<A extends unknown[], R>(method: Method, call: (...args: A) => Promise<R>) {
    return async (...args: A): Promise<R> => {
      const count = (counts.get(method) ?? 0) + 1
      counts.set(method, count)
      await meet(method, 'before', count)
      const result = await call(...args)
      await meet(method, 'after', count)
      return result
    }
  }

  async function meet(method: Method, when: Fault['when'], count: number): Promise<void> {
    for (const fault of faults) if (fault.at === method && fault.when === when) await fault.act(count)
  }

  return {
    ...inner,
    faults,
    count: (method) => counts.get(method) ?? 0,
    head: wrap('head', inner.head),
    put: wrap('put', inner.put),
    openMultipart: wrap('openMultipart', inner.openMultipart),
    sendPart: wrap('sendPart', inner.sendPart),
    listParts: wrap('listParts', inner.listParts),
    complete: wrap('complete', inner.complete),
    abort: wrap('abort', inner.abort)
  }
}
