import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { basename, join, resolve, sep } from 'node:path'
import { AppError, type Problem } from '../../shared/errors.ts'
import type { Collection, CollectionRules, CollectionState, CollectionView } from '../../shared/model/collection.ts'
import type { Totals } from '../../shared/model/frame.ts'
import type { CatalogCollections } from '../catalog/CatalogCollections.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogSettling } from '../catalog/CatalogSettling.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { CatalogVolumes } from '../catalog/CatalogVolumes.ts'
import type { Frame } from '../catalog/records.ts'
import type { Clock } from '../files/Clock.ts'
import type { FileProblem, FrameFile } from '../files/FrameFile.ts'
import type { Absence } from '../transfer/settleAbsence.ts'
import { CollectionClaims } from './CollectionClaims.ts'
import { CollectionWatch } from './CollectionWatch.ts'
import { DropPresence } from './DropPresence.ts'

export type CollectionsPorts = {
  readonly collections: CatalogCollections
  readonly frames: CatalogFrames
  readonly uploads: CatalogUploads
  readonly settling: CatalogSettling
  readonly volumes: CatalogVolumes
  readonly clock: Clock
  /** The folder of the catalog. */
  readonly home: string
  readonly session: string
  readonly settleMs: number
  readonly rescanMs: number
  readonly newRules: () => CollectionRules
  readonly inTransaction: <T>(act: () => T) => T
  /** Frames of these ids are new, or new versions of what was there. */
  readonly onFrames: (added: ReadonlyArray<string>, renewed: ReadonlyArray<string>) => void
  /** A watched folder is known to be there, and to be the one that was meant: see `CollectionWatchPorts`. */
  readonly onThere: (collection: Collection) => void
  /** A folder is back, and these frames failed because it was away. Told again where the catalog could not be written. */
  readonly onReturned: (frameIds: ReadonlyArray<string>) => Promise<void>
  /** This engine works on the collection from now on; nothing of it is under way. */
  readonly onClaimed: (collection: Collection) => void
  /** Another engine has taken the collection while this one slept: what is under way here must end. */
  readonly onLost: (collectionId: string) => void
  readonly onChange: () => void
  /** What `awayProblem` says of the collection is different now, and so are the rows of all that waits in it. */
  readonly onAwayChanged: (collectionId: string) => void
  /** A person has given the collection other rules, or lets it go on by those that it has. */
  readonly onRules: (collection: Collection) => void
  /** What an account answered that a person has to mend, or null. */
  readonly refusalOf: (accountId: string) => Problem | null
  /** Why its files could not be moved after proof, or null. */
  readonly moveProblemOf: (collectionId: string) => Problem | null
}

/** Files taken in one transaction; between two the engine does other things. */
const BATCH = 1_000

/** Drops, watched and pushed folders: which there are, which this engine works on, and what their folders bring. */
export class Collections {
  readonly #ports: CollectionsPorts
  readonly #watches = new Map<string, CollectionWatch>()
  /** Of drops. */
  readonly #presences = new Map<string, DropPresence>()
  /** What was said last of collections that are away. */
  readonly #toldAway = new Map<string, string>()
  readonly claims: CollectionClaims
  #damaged: ReadonlyArray<{ id: string; reason: string }> = []

  constructor(ports: CollectionsPorts) {
    this.#ports = ports
    this.claims = new CollectionClaims({
      ...ports,
      onTaking: (collection) => this.#recover(collection),
      onTaken: (collection) => this.#takeUp(collection),
      onLost: (id) => this.#letGo(id)
    })
  }

  /**
   * Takes up what earlier runs left, and looks into the watched folders.
   *
   * @throws AppError where the catalog cannot be written: `CollectionClaims.keep` takes up the rest.
   */
  resumeAll(): void {
    const { collections, damaged } = this.#ports.collections.list()
    this.#damaged = damaged
    this.claims.takeAll(collections)
  }

  /** The collection if this engine watches its folder now, paused or not; null for any other. */
  watched(id: string): Collection | null {
    return this.#watches.has(id) && this.claims.holds(id) ? this.#ports.collections.find(id) : null
  }

  /** Whether the folder of a watched collection is known to be there, and to be the one that was meant. */
  isThere(id: string): boolean {
    return this.#watches.get(id)?.isRecognised ?? false
  }

  /** Collections whose folders are not there. */
  get away(): ReadonlyArray<string> {
    return [...this.#watches, ...this.#presences].flatMap(([id, { isAway }]) => (isAway ? [id] : []))
  }

  /** Why what waits in the collection does not move, where its folder is not there; or null. */
  awayProblem(id: string): Problem | null {
    const watch = this.#watches.get(id)
    if (!watch) return this.#presences.get(id)?.problem ?? null
    return watch.isAway ? (watch.problem ?? { code: 'folder-missing', detail: 'The folder does not answer' }) : null
  }

  /** Since when a file of the folder is being written, Unix ms; null for one that is not. */
  settlingSinceMs(id: string, path: string): number | null {
    return this.#watches.get(id)?.settlingSinceMs(path) ?? null
  }

  /**
   * What can be said of a frame whose file cannot be read. Only in a watched folder that is there is it known to be
   * deleted: the scan is the truth.
   */
  async absenceOf({ collectionId, path }: Pick<Frame, 'collectionId' | 'path'>): Promise<Absence> {
    const watch = this.#watches.get(collectionId)
    if (!watch) return ((await this.#presences.get(collectionId)?.isThere({ path })) ?? true) ? 'unknown' : 'away'
    const { rootPath } = this.get(collectionId)
    if (rootPath === null || !path.startsWith(join(rootPath, sep))) return 'unknown' // dropped onto it from elsewhere
    if (!(await watch.isThere())) return 'away'
    const isMissing = await lstat(path).then(
      () => false,
      (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT'
    )
    if (!isMissing) return 'unknown'
    return (await watch.isThere()) ? 'deleted' : 'away' // it may have gone between the two looks
  }

  /** Rows of the catalog that no longer parse, set aside. */
  get damaged(): ReadonlyArray<{ id: string; reason: string }> {
    return this.#damaged
  }

  get(id: string): Collection {
    const collection = this.#ports.collections.find(id)
    if (!collection) throw new AppError('bad-request', `There is no collection ${id}`)
    return collection
  }

  list(): ReadonlyArray<Collection> {
    return this.#ports.collections.list().collections
  }

  /** @throws AppError `bad-request` for a removed one too. */
  #listed(id: string): Collection {
    const collection = this.list().find((one) => one.id === id)
    if (!collection) throw new AppError('bad-request', `There is no collection ${id}`)
    return collection
  }

  nameForDrop(rootPath: string | null): string {
    return rootPath ? basename(rootPath) || 'Drop' : `Drop ${localDate(this.#ports.clock.now())}`
  }

  /**
   * Where a drop goes: a folder dropped again goes on in its own collection, loose files in the one of the day. One that
   * waits for a card that is away, or has files of another card left to send, is left alone: cards are called the same.
   * So is one that another engine works on.
   *
   * @param rootPath The one folder that was dropped, or null.
   * @returns the newest of those that can take the files; null where there is none.
   */
  async findDrop(
    rootPath: string | null,
    accountId: string,
    files: ReadonlyArray<FrameFile>
  ): Promise<Collection | null> {
    const name = this.nameForDrop(rootPath)
    const isMeant = (one: Collection) =>
      one.kind === 'drop' && one.rootPath === rootPath && one.accountId === accountId && one.prefix === ''
    const known = this.list().filter((one) => isMeant(one) && (rootPath !== null || one.name === name))
    for (const one of known.toReversed())
      if (!this.claims.problemOf(one.id) && (await this.#hasRoomFor(one, files))) return one
    return null
  }

  /** The same, and a new collection where there is none: by these rules. @throws AppError `already-running`. */
  async forDrop(
    rootPath: string | null,
    accountId: string,
    files: ReadonlyArray<FrameFile>,
    rules = this.#ports.newRules()
  ): Promise<Collection> {
    const known = await this.findDrop(rootPath, accountId, files)
    const name = this.nameForDrop(rootPath)
    return this.claims.require(known ?? this.#add({ kind: 'drop', name, rootPath, accountId, prefix: '' }, rules))
  }

  /** Whether files may go into the collection, as far as its cards go. @throws AppError `already-running`. */
  async canTake(collection: Collection, files: ReadonlyArray<FrameFile>): Promise<boolean> {
    return this.#hasRoomFor(this.claims.require(collection), files)
  }

  async #hasRoomFor({ id }: Collection, files: ReadonlyArray<FrameFile>): Promise<boolean> {
    return (await this.#presences.get(id)?.canTake(files)) ?? true
  }

  /** The collection of a pushed folder, found again by folder, account and prefix. Rules given hold from now on. */
  forPush(rootPath: string, accountId: string, prefix: string, rules: CollectionRules): Collection {
    const known = this.#ports.collections.findByRoot('push', rootPath, accountId, prefix)
    const name = basename(rootPath) || 'files'
    const collection = known
      ? { ...known, rules, isPaused: false }
      : this.#add({ kind: 'push', name, rootPath, accountId, prefix }, rules)
    this.claims.require(collection)
    if (known) this.#ports.collections.save(collection)
    if (known) this.#ports.onRules(collection)
    return collection
  }

  /**
   * Watches a folder. Chosen again, it is taken as it is now: that is how a person says that another card in the same
   * place is meant.
   */
  watch(path: string, name: string | null, accountId: string): Collection {
    const rootPath = resolve(path)
    const known = this.#ports.collections.findByRoot('watch', rootPath, accountId, '')
    const collection =
      known ?? this.#add({ kind: 'watch', name: name ?? basename(rootPath), rootPath, accountId, prefix: '' })
    const watch = this.#watches.get(collection.id)
    this.claims.require(collection)
    if (watch?.state !== 'watching') this.#ports.volumes.forget(collection.id)
    if (watch) void watch.rescan()
    else this.#watch(collection)
    return collection
  }

  change(
    id: string,
    patch: { name?: string | undefined; rules?: CollectionRules | undefined; isPaused?: boolean | undefined }
  ): Collection {
    const before = this.get(id)
    const collection: Collection = {
      ...before,
      name: patch.name ?? before.name,
      rules: patch.rules ?? before.rules,
      isPaused: patch.isPaused ?? before.isPaused
    }
    this.#ports.collections.save(collection)
    if (before.rules.sentFolder !== collection.rules.sentFolder) this.#watchAnew(collection)
    if (patch.rules || (before.isPaused && !collection.isPaused)) this.#ports.onRules(collection)
    this.#ports.onChange()
    return collection
  }

  remove(id: string): void {
    this.get(id)
    void this.#watches.get(id)?.close()
    this.#watches.delete(id)
    this.#forgetPresence(id)
    this.#ports.collections.remove(id, Math.round(this.#ports.clock.now()))
    this.#ports.onChange()
  }

  restore(id: string): Collection {
    this.#ports.collections.restore(id)
    const collection = this.get(id)
    if (this.claims.take(collection)) this.#watch(collection)
    this.#ports.onChange()
    return collection
  }

  /**
   * Settled files into the queue.
   *
   * @throws AppError `folder-missing` where files of another card are left to send; `already-running`; `bad-request`
   * where the collection was removed meanwhile.
   */
  async take(collection: Collection, files: ReadonlyArray<FrameFile>): Promise<{ added: number; known: number }> {
    this.claims.require(collection) // else nobody would give its frames their turns
    await this.#presences.get(collection.id)?.note(files)
    this.claims.require(this.#listed(collection.id)) // disks were asked, and a person or an engine may have been faster
    let added = 0
    let known = 0
    for (let start = 0; start < files.length; start += BATCH) {
      const taken = this.#takeBatch(collection.id, files.slice(start, start + BATCH))
      added += taken.added
      known += taken.known
      if (start + BATCH < files.length) await new Promise((resolve) => setImmediate(resolve))
    }
    return { added, known }
  }

  #takeBatch(id: string, files: ReadonlyArray<FrameFile>): { added: number; known: number } {
    const { added, renewed, known } = this.#ports.frames.addMany(id, files, { isPaused: this.get(id).isPaused })
    if (added.length + renewed.length > 0) this.#ports.onFrames(added, renewed)
    return { added: added.length + renewed.length, known }
  }

  /** What could not be taken gets a row with its reason. */
  refuse(collection: Collection, refused: ReadonlyArray<FileProblem>): void {
    const inside = collection.rootPath && join(collection.rootPath, sep)
    const rows = refused.map(({ path, problem }) => ({
      path,
      problem,
      relativePath: inside && path.startsWith(inside) ? path.slice(inside.length).replaceAll(sep, '/') : basename(path)
    }))
    const ids = this.#ports.frames.addRefused(collection.id, rows)
    for (const { path, problem } of rows) if (problem.code === 'file-elsewhere') this.#noteSize(collection.id, path)
    if (ids.length > 0) this.#ports.onFrames(ids, [])
  }

  #noteSize(collectionId: string, path: string): void {
    try {
      this.#ports.settling.noteSize(collectionId, path, statSync(path).size)
    } catch {
      // It went away, or its volume did: its row says enough.
    }
  }

  view(collection: Collection, totals: Totals | null): CollectionView {
    const watch = this.#watches.get(collection.id)
    const leftOut = this.#ports.frames.leftOut.count(collection.id)
    return {
      ...collection,
      state: this.#stateOf(collection, totals),
      frames: totals?.frames ?? 0,
      problem:
        this.awayProblem(collection.id) ??
        watch?.problem ??
        this.claims.problemOf(collection.id) ??
        this.#ports.refusalOf(collection.accountId) ??
        this.#ports.moveProblemOf(collection.id),
      ...(watch?.note && { watchNote: watch.note }),
      ...(leftOut > 0 && { leftOut })
    }
  }

  async rescanAll(): Promise<void> {
    const looks = [...this.#presences.values()].map((presence) => presence.look())
    await Promise.all([...looks, ...[...this.#watches.values()].map((watch) => watch.rescan())])
  }

  async close(): Promise<void> {
    await Promise.all([...this.#watches.values()].map((watch) => watch.close()))
    this.#watches.clear()
    for (const id of this.#presences.keys()) this.#forgetPresence(id)
  }

  #add(
    what: Pick<Collection, 'kind' | 'name' | 'rootPath' | 'accountId' | 'prefix'>,
    rules = this.#ports.newRules()
  ): Collection {
    const createdAtMs = Math.round(this.#ports.clock.now())
    const collection: Collection = { ...what, id: randomUUID(), rules, isPaused: false, createdAtMs }
    this.#ports.collections.add(collection)
    this.#ports.onChange()
    return collection
  }

  #recover({ id }: Collection): void {
    const { frames, uploads, settling } = this.#ports
    settling.hideAll(id)
    frames.recover(id)
    uploads.recover(id)
  }

  #takeUp(collection: Collection): void {
    this.#watch(collection)
    this.#ports.onClaimed(collection)
    this.#ports.onChange()
  }

  #forgetPresence(id: string): void {
    this.#presences.get(id)?.close()
    this.#presences.delete(id)
  }

  /** Another engine watches its folder now, and writes its rows. */
  #letGo(id: string): void {
    void this.#watches.get(id)?.abandon()
    this.#watches.delete(id)
    this.#forgetPresence(id)
    this.#ports.onLost(id)
    this.#ports.onChange()
  }

  #watch(collection: Collection): void {
    const { id, kind, rootPath } = collection
    const { onFrames } = this.#ports
    const onReturned = async (ids: ReadonlyArray<string>) => {
      if (this.claims.holds(id)) await this.#ports.onReturned(ids)
    }
    const onChange = () => this.#tellChange(id)
    if (kind === 'drop') {
      if (this.#presences.has(id)) return
      this.#presences.set(id, new DropPresence(id, { ...this.#ports, onReturned, onChange }))
      return
    }
    if (kind !== 'watch' || rootPath === null || this.#watches.has(id)) return
    const watch = new CollectionWatch(collection, rootPath, {
      ...this.#ports,
      take: (files) => this.#takeBatch(id, files),
      refuse: (refused) => this.refuse(collection, refused),
      onShown: (ids) => onFrames(ids, []),
      onThere: () => this.#ports.onThere(collection),
      onReturned,
      onChange
    })
    this.#watches.set(id, watch)
  }

  #tellChange(id: string): void {
    const detail = this.awayProblem(id)?.detail
    if (detail !== this.#toldAway.get(id)) {
      if (detail === undefined) this.#toldAway.delete(id)
      else this.#toldAway.set(id, detail)
      this.#ports.onAwayChanged(id)
    }
    this.#ports.onChange()
  }

  /** What is left out of a watch is settled when it begins. */
  #watchAnew(collection: Collection): void {
    const watch = this.#watches.get(collection.id)
    if (!watch) return
    void watch.close()
    this.#watches.delete(collection.id)
    this.#watch(collection)
  }

  #stateOf(collection: Collection, totals: Totals | null): CollectionState {
    if (this.awayProblem(collection.id)) return 'not-connected'
    if (collection.isPaused) return 'paused'
    if (totals && totals.working > 0) return 'working'
    if (totals && totals.waiting > 0) return totals.hold === null ? 'working' : 'waiting'
    if (totals && totals.needsYou > 0) return 'attention'
    if (collection.kind === 'watch') return 'watching'
    return totals && totals.frames > 0 ? 'done' : 'empty'
  }
}

/** The day as this computer's calendar has it: `2026-11-21`. */
function localDate(nowMs: number): string {
  const date = new Date(nowMs)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
