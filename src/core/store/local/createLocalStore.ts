import type { Account, R2Account } from '../../../shared/model/account.ts'
import type { ObjectStore, WriteCondition } from '../ObjectStore.ts'
import type { Pacer } from '../Pacer.ts'
import { createR2Store } from '../r2/createR2Store.ts'
import { defaultTimeouts } from '../r2/createS3Client.ts'
import { toObjectUrl } from '../r2/toObjectUrl.ts'
import { requireCondition } from '../requireCondition.ts'
import type { LocalR2 } from './startLocalR2.ts'

/**
 * A bucket of the local R2: the store of the real one, pointed at the emulator. The emulator ignores conditions on
 * copies and completions (r2-facts §15), so here they are looked up before, which is good enough for one person.
 */
export function createLocalStore(
  account: Extract<Account, { kind: 'local' }>,
  localR2: LocalR2,
  pacer: Pacer | null = null
): ObjectStore {
  const { accessKeyId, secretAccessKey, endpoint, publicOrigin } = localR2
  const r2Account = toR2Account(account, endpoint, accessKeyId, publicOrigin)
  const store = createR2Store(r2Account, { secretAccessKey }, defaultTimeouts, pacer)

  async function look(key: string, when: WriteCondition, signal: AbortSignal): Promise<void> {
    if (when.kind !== 'always') requireCondition(key, when, (await store.head(key, signal))?.etag ?? null)
  }

  return {
    ...store,
    async copy(from, to, when, signal) {
      await look(to, when, signal)
      return store.copy(from, to, when, signal)
    },
    async complete(multipart, parts, when, signal) {
      try {
        await look(multipart.key, when, signal)
      } catch (error) {
        await store.abort(multipart, signal) // as R2 does
        throw error
      }
      return store.complete(multipart, parts, when, signal)
    }
  }
}

/** The local account as if it were one of R2, so that everything that works on R2 works on it. */
function toR2Account(
  { id, name, prefix, bucket }: Extract<Account, { kind: 'local' }>,
  endpoint: string,
  accessKeyId: string,
  publicOrigin: string
): R2Account {
  const publicBaseUrl = toObjectUrl(publicOrigin, bucket)
  return { kind: 'r2', id, name, prefix, endpoint, region: 'auto', bucket, accessKeyId, publicBaseUrl }
}
