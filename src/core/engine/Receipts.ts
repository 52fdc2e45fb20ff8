import { stat } from 'node:fs/promises'
import { AppError } from '../../shared/errors.ts'
import type { Collection } from '../../shared/model/collection.ts'
import { MiB } from '../../shared/units.ts'
import type { CatalogReceipts } from '../catalog/CatalogReceipts.ts'
import type { Clock } from '../files/Clock.ts'
import { fingerprintOf } from '../files/FrameFile.ts'
import { readFrame } from '../files/readFrame.ts'
import { scanFolder } from '../files/scanFolder.ts'
import { toFileError } from '../files/toFileError.ts'
import type { ReceiptDisk } from '../insight/receipts/FolderLook.ts'
import type { Verdict } from '../insight/receipts/judgeFrame.ts'
import { makeReceipt } from '../insight/receipts/makeReceipt.ts'
import { proveObjects, type SeenObject } from '../insight/receipts/proveObjects.ts'
import type { ReceiptReport } from '../insight/receipts/receiptFile.ts'
import { housekeeping } from '../shots/ignoreRules.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import { BufferPool } from '../transfer/BufferPool.ts'
import type { Digester } from '../transfer/Digester.ts'
import { digestSource } from '../transfer/digest.ts'
import { metadataNames } from '../transfer/objectHeaders.ts'
import { type AccountStores, bucketOf } from './AccountStores.ts'

export type ReceiptParts = {
  readonly rows: CatalogReceipts
  readonly stores: Pick<AccountStores, 'find' | 'store'>
  readonly digester: Digester
  readonly clock: Clock
}

export type ReceiptOrder = {
  readonly collection: Collection
  /** A folder inside the collection's own: only what lies in it belongs to the receipt. Null: everything does. */
  readonly part: string | null
}

/** Makes receipts. Reads the catalog, the disk and the bucket, and changes none of them. */
export class Receipts {
  readonly #parts: ReceiptParts
  readonly #disk: ReceiptDisk

  constructor(parts: ReceiptParts) {
    this.#parts = parts
    this.#disk = createDisk(parts.digester)
  }

  /** From the catalog and the disk. @throws `signal.reason`. */
  make(order: ReceiptOrder, signal: AbortSignal): Promise<ReceiptReport> {
    return this.#make(order, null, () => null, signal)
  }

  /**
   * After looking at every object once more.
   *
   * @param onProgress How many were looked at, of how many.
   * @throws `signal.reason`.
   */
  async prove(
    order: ReceiptOrder,
    onProgress: (looked: number, objects: number) => void,
    signal: AbortSignal
  ): Promise<ReceiptReport> {
    const { rows, stores, clock } = this.#parts
    const startedAtMs = clock.now()
    const head = async (accountId: string, key: string) => lookAt(await stores.store(accountId), key, signal)
    const verdicts = await proveObjects(
      scopeOf(order),
      { rows, bucketOf: (id) => this.#bucketOf(id), head, onProgress },
      signal
    )
    const reproved = { objects: verdicts.size, atMs: Math.round(clock.now()) }
    return this.#make(
      order,
      reproved,
      ({ id }, proof): Verdict | null => {
        const known = verdicts.get(id)
        if (known && known.proof.etag === proof.etag && known.proof.provedAtMs === proof.provedAtMs)
          return known.verdict
        // What arrived while the others were looked at has just been proved by being sent.
        return proof.provedAtMs >= startedAtMs ? null : { kind: 'unknown', problem: null }
      },
      signal
    )
  }

  async #make(
    order: ReceiptOrder,
    reproved: ReceiptReport['receipt']['reproved'],
    verdictOf: Parameters<typeof makeReceipt>[1]['verdictOf'],
    signal: AbortSignal
  ): Promise<ReceiptReport> {
    const { rows, stores, clock } = this.#parts
    const { id, name, accountId } = order.collection
    const madeAtMs = Math.round(clock.now())
    const ports = { rows, disk: this.#disk, bucketOf: (one: string) => this.#bucketOf(one), verdictOf }
    const { lines, ...findings } = await makeReceipt(scopeOf(order), ports, signal)
    const head = {
      collectionId: id,
      collectionName: name,
      accountName: stores.find(accountId)?.name ?? 'An account that is not set up here',
      bucket: this.#bucketOf(accountId) ?? '',
      madeAtMs,
      reproved
    }
    return { receipt: { ...head, ...findings }, lines }
  }

  #bucketOf(accountId: string): string | null {
    const account = this.#parts.stores.find(accountId)
    return account && bucketOf(account)
  }
}

function scopeOf({ collection, part }: ReceiptOrder) {
  return { collectionId: collection.id, folder: part ?? collection.rootPath, isPart: part !== null }
}

/**
 * What stands at a key.
 *
 * A question without a body gets "404" without a word where the object is gone, and just so where the bucket is: only a
 * listing tells the two apart.
 */
async function lookAt(store: ObjectStore, key: string, signal: AbortSignal): Promise<SeenObject | null> {
  const found = await store.head(key, signal)
  if (!found) {
    const { objects } = await store.list({ prefix: key, delimiter: null, after: null, limit: 1 }, signal)
    if (objects[0]?.key === key) throw new AppError('server-error', `${key} is listed, and is not there when asked for`)
    return null
  }
  return { sizeBytes: found.sizeBytes, etag: found.etag, sha256: found.metadata[metadataNames.sha256] ?? null }
}

/** The least a pool can have: two pieces of 4 MiB of one file at a time are read. */
const READ_BYTES = 16 * MiB

function createDisk(digester: Digester): ReceiptDisk {
  const pool = new BufferPool(READ_BYTES)
  return {
    scan: (folder, signal) => scanFolder(folder, { ignore: housekeeping, signal }),
    look: async (path) => {
      try {
        const stats = await stat(path, { bigint: true })
        return stats.isFile() ? fingerprintOf(stats) : null
      } catch (error) {
        const known = toFileError(error, path)
        if (known instanceof AppError && known.code === 'file-missing') return null
        throw known
      }
    },
    digest: async (file, signal) => {
      const reader = await readFrame(file)
      try {
        return await digestSource(reader, file.sizeBytes, { pool, digester }, signal)
      } finally {
        await reader.close()
      }
    }
  }
}
