import { useSyncExternalStore } from 'react'
import type { Store } from './Store.ts'

/** Part of a store's state. `select` must return the same value while nothing changed: no new objects. */
export function useStore<S extends object, T>(store: Store<S>, select: (state: S) => T): T {
  return useSyncExternalStore(store.subscribe, () => select(store.state))
}
