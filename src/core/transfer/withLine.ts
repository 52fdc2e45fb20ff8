import type { ObjectStore } from '../store/ObjectStore.ts'
import type { AccountLine } from './AccountLine.ts'

/** A store whose bodies wait for their turn on the account's line, and which asks nothing while the account rests. */
export function withLine(store: ObjectStore, line: AccountLine, collectionId: string): ObjectStore {
  return {
    ...store,
    put: (key, bytes, digests, headers, when, signal) =>
      line.send(collectionId, bytes.length, signal, () => store.put(key, bytes, digests, headers, when, signal)),
    sendPart: (multipart, number, bytes, digests, signal) =>
      line.send(collectionId, bytes.length, signal, () => store.sendPart(multipart, number, bytes, digests, signal)),
    head: (key, signal) => line.ask(signal, () => store.head(key, signal)),
    openMultipart: (key, partBytes, headers, signal) =>
      line.ask(signal, () => store.openMultipart(key, partBytes, headers, signal)),
    listParts: (multipart, signal) => line.ask(signal, () => store.listParts(multipart, signal)),
    complete: (multipart, parts, when, signal) => line.ask(signal, () => store.complete(multipart, parts, when, signal))
  }
}
