import { AppError } from '../../shared/errors.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import type { AccountLine } from './AccountLine.ts'

/**
 * A store whose bodies wait for their turn on the account's line, and which asks nothing while the account rests.
 *
 * @param onAnswer Told of an answer that asks for a pause, since whoever waits for it may be stopped before it is passed
 *   on; null after one that was not refused.
 */
export function withLine(
  store: ObjectStore,
  line: AccountLine,
  collectionId: string,
  onAnswer: (refusal: AppError | null) => void
): ObjectStore {
  const refused = (error: unknown): never => {
    if (error instanceof AppError && error.retryAfterMs !== null) onAnswer(error)
    throw error
  }
  const accepted = <T>(answer: T): T => {
    onAnswer(null)
    return answer
  }
  const send = <T>(bytes: Uint8Array, signal: AbortSignal, act: () => Promise<T>) =>
    line.send(collectionId, bytes.length, signal, act).then(accepted, refused)
  const ask = <T>(signal: AbortSignal, act: () => Promise<T>) => line.ask(signal, act).then(accepted, refused)
  return {
    ...store,
    put: (key, bytes, digests, headers, when, signal) =>
      send(bytes, signal, () => store.put(key, bytes, digests, headers, when, signal)),
    sendPart: (multipart, number, bytes, digests, signal) =>
      send(bytes, signal, () => store.sendPart(multipart, number, bytes, digests, signal)),
    head: (key, signal) => ask(signal, () => store.head(key, signal)),
    openMultipart: (key, partBytes, headers, signal) =>
      ask(signal, () => store.openMultipart(key, partBytes, headers, signal)),
    listParts: (multipart, signal) => ask(signal, () => store.listParts(multipart, signal)),
    complete: (multipart, parts, when, signal) => ask(signal, () => store.complete(multipart, parts, when, signal))
  }
}
