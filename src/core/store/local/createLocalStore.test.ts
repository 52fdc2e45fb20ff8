import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeObjectStore } from '../objectStoreContract.ts'
import { createLocalStore } from './createLocalStore.ts'
import { startLocalR2 } from './startLocalR2.ts'

describeObjectStore('local R2', async () => {
  const home = await mkdtemp(join(tmpdir(), 'silverdrop-local-store-'))
  const localR2 = await startLocalR2({ home, buckets: ['contract'] })
  const account = { kind: 'local', id: 'local', name: 'Here', prefix: '', bucket: 'contract' } as const
  const store = createLocalStore(account, localR2)
  return {
    ...store,
    async close() {
      await store.close()
      await localR2.close()
      await rm(home, { recursive: true })
    }
  }
}, [
  'does not list uploads',
  'is too slow for 1,000 objects',
  'takes 2,048 bytes of metadata',
  'takes no line break in a key'
])
