import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { R2Account } from '../../../shared/model/account.ts'
import { createLocalStore } from '../../store/local/createLocalStore.ts'
import { startLocalR2 } from '../../store/local/startLocalR2.ts'
import type { ObjectStore } from '../../store/ObjectStore.ts'
import { createR2Store } from '../../store/r2/createR2Store.ts'
import type { Timeouts } from '../../store/r2/createS3Client.ts'
import type { R2Options } from './R2Manners.ts'
import { type FaultProxy, startFaultProxy } from './startFaultProxy.ts'

export type FaultyR2 = {
  readonly proxy: FaultProxy
  /** As if the proxy were R2. */
  readonly account: R2Account
  readonly secretAccessKey: string
  /** Beside the proxy: what truly is in the bucket. */
  readonly direct: ObjectStore
  /** The store for the real R2, pointed at the proxy. Whoever opens it closes it. */
  openStore(timeouts?: Timeouts): ObjectStore
  close(): Promise<void>
}

/** A local R2 of its own, with one bucket, behind a proxy that makes faults. */
export async function openFaultyR2(options: Partial<R2Options> = {}): Promise<FaultyR2> {
  const home = await mkdtemp(join(tmpdir(), 'silverdrop-faults-'))
  const bucket = 'photos'
  const localR2 = await startLocalR2({ home, buckets: [bucket] })
  const proxy = await startFaultProxy(localR2, options)
  const { accessKeyId, secretAccessKey } = localR2
  const account: R2Account = {
    kind: 'r2',
    id: 'studio',
    name: 'Studio',
    prefix: '',
    endpoint: proxy.endpoint,
    region: 'auto',
    bucket,
    accessKeyId,
    publicBaseUrl: null
  }
  const direct = createLocalStore({ kind: 'local', id: 'studio', name: 'Studio', prefix: '', bucket }, localR2)
  return {
    proxy,
    account,
    secretAccessKey,
    direct,
    openStore: (timeouts) => createR2Store(account, { secretAccessKey }, timeouts),
    close: async () => {
      proxy.close()
      await direct.close()
      await localR2.close()
      await rm(home, { recursive: true })
    }
  }
}
