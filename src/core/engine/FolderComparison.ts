import { realpath } from 'node:fs/promises'
import { basename, relative, resolve, sep } from 'node:path'
import type { Account } from '../../shared/model/account.ts'
import type { Collection, CollectionRules } from '../../shared/model/collection.ts'
import type { Coverage, CoverageRow } from '../../shared/model/coverage.ts'
import { ORIGINAL } from '../../shared/model/output.ts'
import { inParallel } from '../bucket/inParallel.ts'
import { listBelow } from '../bucket/selectObjects.ts'
import { isInTrash } from '../bucket/trashKeys.ts'
import type { Clock } from '../files/Clock.ts'
import { type Expanded, expandPaths } from '../files/expandPaths.ts'
import type { FrameFile } from '../files/FrameFile.ts'
import { type ComparedFrame, compareFrames, coverageStateOf } from '../insight/coverage/compareFrames.ts'
import type { ComparePorts } from '../insight/coverage/compareObject.ts'
import { Listing } from '../insight/coverage/Listing.ts'
import type { WantedFrame } from '../insight/coverage/WantedFrame.ts'
import { isWithin } from '../insight/receipts/isWithin.ts'
import { defaultIgnoreRules } from '../shots/ignoreRules.ts'
import { keyPrefix } from '../shots/keyTemplate.ts'
import { suffixKey } from '../shots/suffixKey.ts'
import type { ListedObject, ObjectStore } from '../store/ObjectStore.ts'
import { metadataNames } from '../transfer/objectHeaders.ts'
import { type AccountStores, bucketOf } from './AccountStores.ts'
import type { PushPlan } from './PushPlan.ts'
import { type KeyPlanParts, planKeys } from './planKeys.ts'

/** A folder as it is: its own paths, nothing rendered. Originals go as they do otherwise, with their position or without. */
export function mirrorRules(base: CollectionRules): CollectionRules {
  const original = base.outputs.find(({ kind }) => kind === 'original') ?? ORIGINAL
  return { ...base, keyTemplate: '{folder}/{file}', outputs: [original], conflict: 'replace' }
}

/** A folder to be compared: of a collection, or of none. */
export type CoverageOrder = {
  readonly folder: string
  readonly account: Account
  /** Where the folder's objects lie, for a folder of no collection, or of several; null: wherever they are. */
  readonly prefix: string | null
}

export type ComparisonParts = KeyPlanParts & {
  readonly stores: Pick<AccountStores, 'store'>
  readonly collections: () => ReadonlyArray<Collection>
  readonly newRules: () => CollectionRules
  readonly clock: Clock
}

/** Files compared with what the bucket told of. */
type Compared = {
  readonly frames: ReadonlyArray<ComparedFrame>
  /** Objects below `prefix` that no file has. Nothing follows from them: their files may be on another disk. */
  readonly onlyRemote: ReadonlyArray<ListedObject>
  /** The part of the bucket that belongs to the files; null if none is known to. */
  readonly prefix: string | null
  /** Objects that the bucket told of. */
  readonly listed: number
  /** Files that the rules of the collection leave out. */
  readonly leftOut: number
}

export type ComparedFolder = Compared & {
  /** By the rules of which it was compared; null where the folder is no collection's. */
  readonly collection: Collection | null
  /** Spelt as in the collection. */
  readonly folder: string
  readonly files: ReadonlyArray<FrameFile>
  readonly expanded: Expanded
}

/** Compares folders with buckets. Reads the catalog, the disk and the bucket, and changes none of them. */
export class FolderComparison {
  readonly #parts: ComparisonParts

  constructor(parts: ComparisonParts) {
    this.#parts = parts
  }

  /**
   * What pushing these paths into a collection would do.
   *
   * @throws AppError `template-invalid`, and where the bucket cannot be listed; `signal.reason`.
   */
  async plan(
    collection: Collection,
    account: Account,
    paths: ReadonlyArray<string>,
    signal: AbortSignal
  ): Promise<PushPlan> {
    const expanded = await expandPaths(paths, defaultIgnoreRules, signal)
    const named = new Set(paths.map((path) => resolve(path)))
    const isFolder = !expanded.files.every(({ path }) => named.has(path))
    const to = { collection, account, scope: isFolder ? 'place' : 'keys' } as const
    const { leftOut, ...compared } = await this.#compare(to, { files: expanded.files, beside: [] }, signal)
    const { refused, ignored } = expanded
    return { ...compared, refused, leftOut, ignored: ignored + leftOut, conflict: collection.rules.conflict }
  }

  /** How a folder stands to the bucket. @throws AppError as `plan` does; `signal.reason`. */
  async cover(order: CoverageOrder, signal: AbortSignal): Promise<Coverage> {
    const compared = await this.compareFolder(order, signal)
    const { collection, folder, expanded, frames, prefix, leftOut } = compared
    const rows = [
      ...frames.map(toRow),
      ...expanded.refused.map(
        ({ path, problem }): CoverageRow => ({
          state: 'unreadable',
          name: nameIn(folder, path),
          sizeBytes: 0,
          keys: [],
          problem
        })
      ),
      ...compared.onlyRemote.map(
        ({ key, sizeBytes }): CoverageRow => ({
          state: 'only-remote',
          name: key,
          sizeBytes,
          keys: [key],
          problem: null
        })
      )
    ]
    return {
      folder,
      accountName: order.account.name,
      bucket: bucketOf(order.account),
      collectionId: collection?.id ?? null,
      collectionName: collection?.name ?? null,
      prefix,
      madeAtMs: Math.round(this.#parts.clock.now()),
      ignored: expanded.ignored + leftOut,
      rows
    }
  }

  /** The same with all that is known of each file. */
  async compareFolder(order: CoverageOrder, signal: AbortSignal): Promise<ComparedFolder> {
    const spelt = resolve(order.folder)
    const real = await realpath(spelt).catch(() => spelt) // one that is not there is told by what cannot be read
    const known = this.#collectionOf([spelt, real], order)
    const folder = known?.folder ?? spelt
    const collection = known?.collection ?? null
    const expanded = await expandPaths([folder], defaultIgnoreRules, signal)
    const rootPath = collection?.rootPath ?? folder
    const whole = rootPath === folder ? null : await expandPaths([rootPath], defaultIgnoreRules, signal)
    const files = rebase(expanded.files, rootPath)
    const beside = (whole?.files ?? []).filter(({ path }) => !isWithin(path, folder))
    const to = {
      collection: collection ?? this.#unnamed(folder, order),
      account: order.account,
      scope: collection === null && order.prefix === null ? 'anywhere' : 'place'
    } as const
    return { collection, folder, files, expanded, ...(await this.#compare(to, { files, beside }, signal)) }
  }

  /** @param of.beside Files of the collection that lie beside those: what is theirs in the bucket is not left over. */
  async #compare(
    to: Scoped,
    of: { readonly files: ReadonlyArray<FrameFile>; readonly beside: ReadonlyArray<FrameFile> },
    signal: AbortSignal
  ): Promise<Compared> {
    const { collection, account, scope } = to
    const { files, beside } = of
    const destination = { collection, account, bucket: bucketOf(account) }
    const planned = await planKeys([...files, ...beside], destination, this.#parts, signal)
    const paths = new Set(files.map(({ path }) => path))
    const wanted = planned.filter(({ file }) => paths.has(file.path))

    const store = await this.#parts.stores.store(account.id)
    const prefix = keyPrefix(account.prefix, collection.prefix)
    const isWholePrefix = collection.prefix !== '' && beside.length === 0
    const place = isWholePrefix ? prefix : commonFolder(keysOf(wanted), prefix)
    const listing =
      scope === 'keys'
        ? await lookAtKeys(store, keysOf(wanted), signal)
        : await listPlace(store, scope === 'place' ? place : prefix, signal)
    const frames = await compareFrames(wanted, listing, this.#portsFor(store, to, signal), signal)

    const own = { place, keys: null, anywhere: commonFolder(keysThere(frames), null) }[scope]
    const taken = new Set([...keysOf(planned), ...keysOf(frames)])
    return {
      frames,
      onlyRemote: own === null ? [] : listing.except(taken, own),
      prefix: own,
      listed: listing.count,
      leftOut: files.length - wanted.length
    }
  }

  #portsFor(store: ObjectStore, { collection, scope }: Scoped, signal: AbortSignal): ComparePorts {
    return {
      digest: (file) => this.#parts.digest(file, signal),
      look: async (key) => {
        const found = await store.head(key, signal)
        if (!found) return null
        const { sha256, sourceSha256, output } = metadataNames
        const word = (name: string) => found.metadata[name] ?? null
        return { sha256: word(sha256), sourceSha256: word(sourceSha256), outputId: word(output) }
      },
      nextKey: collection.rules.conflict === 'keep-both' ? suffixKey : null,
      isAnywhere: scope === 'anywhere'
    }
  }

  /** The collection that has this very folder, or else the one whose folder it lies in, the deepest and newest first. */
  #collectionOf(
    spellings: ReadonlyArray<string>,
    { account, prefix }: CoverageOrder
  ): { readonly collection: Collection; readonly folder: string } | null {
    const wanted = prefix === null ? null : keyPrefix('', prefix)
    const found = this.#parts.collections().flatMap((collection) => {
      const { rootPath } = collection
      if (rootPath === null || collection.accountId !== account.id) return []
      if (wanted !== null && keyPrefix('', collection.prefix) !== wanted) return []
      const folder = spellings.find((path) => path === rootPath || isWithin(path, rootPath))
      return folder === undefined ? [] : [{ collection, folder, depth: rootPath.length }]
    })
    return found.toSorted((a, b) => b.depth - a.depth || b.collection.createdAtMs - a.collection.createdAtMs)[0] ?? null
  }

  /** A folder that nobody has sent from here is compared as it is. */
  #unnamed(folder: string, { account, prefix }: CoverageOrder): Collection {
    const rules = { ...mirrorRules(this.#parts.newRules()), outputs: [ORIGINAL] }
    return unsavedCollection({ rootPath: folder, accountId: account.id, prefix: prefix ?? '', rules })
  }
}

/**
 * What of the bucket is asked for: the place that the keys share, and so what else lies there; the keys alone, where
 * files were named and no folder; or everything, to find the same bytes under any key.
 */
type Scoped = {
  readonly collection: Collection
  readonly account: Account
  readonly scope: 'place' | 'keys' | 'anywhere'
}

/** A pushed folder as a collection would be made of it, and is not in the catalog. */
export function unsavedCollection(
  of: Pick<Collection, 'accountId' | 'prefix' | 'rules'> & { readonly rootPath: string }
): Collection {
  const name = basename(of.rootPath) || 'files'
  return { ...of, id: NO_COLLECTION, kind: 'push', name, isPaused: false, createdAtMs: 0 }
}

/** No collection has it. */
const NO_COLLECTION = '00000000-0000-4000-8000-000000000000'

async function listPlace(store: ObjectStore, prefix: string, signal: AbortSignal): Promise<Listing> {
  const objects = await listBelow(store, prefix, signal)
  return new Listing(objects.filter(({ key }) => !isInTrash(key)))
}

async function lookAtKeys(store: ObjectStore, keys: ReadonlyArray<string>, signal: AbortSignal): Promise<Listing> {
  const objects: ListedObject[] = []
  await inParallel(keys, LOOKS_AT_ONCE, async (key) => {
    const found = await store.head(key, signal)
    if (found) objects.push(found)
  })
  return new Listing(objects)
}

const LOOKS_AT_ONCE = 8

/** Paths below the collection's folder, where a folder inside it was looked at. */
function rebase(files: ReadonlyArray<FrameFile>, rootPath: string): ReadonlyArray<FrameFile> {
  return files.map((file) => ({ ...file, relativePath: nameIn(rootPath, file.path) }))
}

function nameIn(folder: string, path: string): string {
  return relative(folder, path).replaceAll(sep, '/') || path
}

function toRow(frame: ComparedFrame): CoverageRow {
  const { file, objects, problem } = frame
  return {
    state: coverageStateOf(frame),
    name: file.relativePath,
    sizeBytes: file.sizeBytes,
    keys: objects.map(({ key }) => key),
    problem
  }
}

function keysOf(frames: ReadonlyArray<Pick<WantedFrame, 'objects'>>): ReadonlyArray<string> {
  return frames.flatMap(({ objects }) => objects.map(({ key }) => key))
}

function keysThere(frames: ReadonlyArray<ComparedFrame>): ReadonlyArray<string> {
  return frames.flatMap(({ objects }) => objects.filter(({ state }) => state === 'unchanged').map(({ key }) => key))
}

/** The folder that all keys lie in, `''` or ending in `/`; `absent` where there are none. */
function commonFolder<T>(keys: ReadonlyArray<string>, absent: T): string | T {
  const [first, ...others] = keys
  if (first === undefined) return absent
  let common = first.slice(0, first.lastIndexOf('/') + 1)
  for (const key of others) {
    while (!key.startsWith(common)) common = common.slice(0, common.lastIndexOf('/', common.length - 2) + 1)
  }
  return common
}
