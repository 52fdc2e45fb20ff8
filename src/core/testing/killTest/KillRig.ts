import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EngineConfig } from '../../../shared/ipc/engine.ts'
import type { R2Account } from '../../../shared/model/account.ts'
import { defaultSettings, engineSettings } from '../../../shared/model/settings.ts'
import { type LocalR2, startLocalR2 } from '../../store/local/startLocalR2.ts'
import type { ObjectStore } from '../../store/ObjectStore.ts'
import { createR2Store } from '../../store/r2/createR2Store.ts'
import { withRetry } from '../../store/withRetry.ts'
import { CountingLine } from './CountingLine.ts'

export const BUCKET = 'photos'

/** One local R2 with a line to it, for many runs: starting it takes longer than a run. */
export class KillRig {
  /** Homes and shoots of the runs lie here. */
  readonly folder: string
  readonly line: CountingLine
  /** Past the line, for looking at what has arrived. */
  readonly store: ObjectStore
  /** Over the line, as the engines see it. */
  readonly lineStore: ObjectStore
  readonly #localR2: LocalR2

  private constructor(folder: string, localR2: LocalR2, line: CountingLine) {
    this.folder = folder
    this.line = line
    this.#localR2 = localR2
    const { secretAccessKey } = localR2
    // The questions of the test itself are repeated, as the engine's are: a connection kept for seconds may be closed.
    this.store = withRetry(createR2Store(account(localR2, localR2.endpoint, ''), { secretAccessKey }))
    this.lineStore = withRetry(createR2Store(account(localR2, line.endpoint, ''), { secretAccessKey }))
  }

  static async start(): Promise<KillRig> {
    const folder = mkdtempSync(join(tmpdir(), 'silverdrop-kill-'))
    const localR2 = await startLocalR2({ home: join(folder, 'r2'), buckets: [BUCKET] })
    return new KillRig(folder, localR2, await CountingLine.open(localR2.endpoint))
  }

  /** An empty home for an engine and an empty folder for its files. */
  newPlace(name: string): { readonly home: string; readonly shoot: string } {
    const place = { home: join(this.folder, name, 'home'), shoot: join(this.folder, name, 'shoot') }
    mkdirSync(place.home, { recursive: true })
    mkdirSync(place.shoot, { recursive: true })
    return place
  }

  /** What main would tell an engine. @param prefix Before all keys. */
  config(prefix: string): EngineConfig {
    return {
      accounts: [
        {
          account: account(this.#localR2, this.line.endpoint, prefix),
          secret: { secretAccessKey: this.#localR2.secretAccessKey }
        }
      ],
      defaultAccountId: 'r2',
      ...engineSettings(defaultSettings),
      newCollection: { ...defaultSettings.newCollection, keyTemplate: '{name}-{output}.{ext}' }
    }
  }

  /** Where an object opens without signing. */
  urlOf(key: string): string {
    return `${this.#localR2.publicOrigin}/${BUCKET}/${key.split('/').map(encodeURIComponent).join('/')}`
  }

  /** @param keepsFolder Leaves homes and shoots for whoever looks for the reason of a fault. */
  async close({ keepsFolder = false } = {}): Promise<void> {
    this.line.close()
    await Promise.all([this.store.close(), this.lineStore.close()])
    await this.#localR2.close()
    if (keepsFolder) console.error(`Kept: ${this.folder}`)
    else rmSync(this.folder, { recursive: true, force: true })
  }
}

function account(localR2: LocalR2, endpoint: string, prefix: string): R2Account {
  return {
    id: 'r2',
    kind: 'r2',
    name: 'R2',
    endpoint,
    region: 'auto',
    bucket: BUCKET,
    accessKeyId: localR2.accessKeyId,
    publicBaseUrl: `${localR2.publicOrigin}/${BUCKET}`,
    prefix
  }
}
