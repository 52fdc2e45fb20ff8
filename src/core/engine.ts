import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import { AppError, isUnwritable, type Problem } from '../shared/errors.ts'
import type { Answers, EngineCallName, EventName, EventPayload } from '../shared/ipc/contract.ts'
import type { EngineConfig, PrivateCallName, privateCalls } from '../shared/ipc/engine.ts'
import type { Collection, CollectionRules } from '../shared/model/collection.ts'
import type { Coverage } from '../shared/model/coverage.ts'
import type { FrameStatus, FrameView, Totals } from '../shared/model/frame.ts'
import { defaultSettings } from '../shared/model/settings.ts'
import { CatalogBackup } from './catalog/CatalogBackup.ts'
import { CatalogCollections } from './catalog/CatalogCollections.ts'
import { CatalogDroppedOrphans } from './catalog/CatalogDroppedOrphans.ts'
import { CatalogFrames } from './catalog/CatalogFrames.ts'
import { CatalogReceipts } from './catalog/CatalogReceipts.ts'
import { CatalogSettling } from './catalog/CatalogSettling.ts'
import { CatalogUploads } from './catalog/CatalogUploads.ts'
import { CatalogVolumes } from './catalog/CatalogVolumes.ts'
import type { Mended } from './catalog/mendCatalog.ts'
import { inTransaction } from './catalog/openCatalog.ts'
import type { Frame } from './catalog/records.ts'
import { takeCatalog } from './catalog/takeCatalog.ts'
import { AccountStores, bucketOf } from './engine/AccountStores.ts'
import { Announcer } from './engine/Announcer.ts'
import { bucketAnswers } from './engine/bucketAnswers.ts'
import { Collections } from './engine/Collections.ts'
import { collectionAnswers } from './engine/collectionAnswers.ts'
import { coverageAnswers } from './engine/coverageAnswers.ts'
import { createFileDigests } from './engine/createFileDigests.ts'
import { every } from './engine/every.ts'
import { type CoverageOrder, FolderComparison, unsavedCollection } from './engine/FolderComparison.ts'
import { linkAnswers } from './engine/linkAnswers.ts'
import { PreviewMaker } from './engine/PreviewMaker.ts'
import { noTotals, Progress } from './engine/Progress.ts'
import type { PushPlan } from './engine/PushPlan.ts'
import { placeOf } from './engine/placeOf.ts'
import { QuietHours } from './engine/QuietHours.ts'
import { queueAnswers } from './engine/queueAnswers.ts'
import { Receipts } from './engine/Receipts.ts'
import { receiptAnswers } from './engine/receiptAnswers.ts'
import { rememberFound } from './engine/rememberFound.ts'
import { renditionAnswers } from './engine/renditionAnswers.ts'
import { SentFolder } from './engine/SentFolder.ts'
import { sweepSpool } from './engine/sweepSpool.ts'
import { toFrameView } from './engine/toFrameView.ts'
import { type Clock, systemClock } from './files/Clock.ts'
import { expandPaths } from './files/expandPaths.ts'
import type { FrameFile } from './files/FrameFile.ts'
import { createDarkroom } from './images/createDarkroom.ts'
import { testAccount } from './insight/testAccount.ts'
import { defaultIgnoreRules } from './shots/ignoreRules.ts'
import { listBuckets } from './store/r2/listBuckets.ts'
import { reachR2 } from './store/r2/reachR2.ts'
import { BandwidthLimiter } from './transfer/BandwidthLimiter.ts'
import { BufferPool } from './transfer/BufferPool.ts'
import { checkProofs } from './transfer/checkProofs.ts'
import { createDigester } from './transfer/Digester.ts'
import { Dispatcher, type DispatcherLimits } from './transfer/Dispatcher.ts'
import { FrameCommands } from './transfer/FrameCommands.ts'
import { Janitor } from './transfer/Janitor.ts'
import { mapInSlices } from './transfer/mapInSlices.ts'

/** Uploads begun at once, at most: as many as keep two full lines busy. Each account's line asks for what it needs. */
const MOST_SENDS = 128

/**
 * Frames looked at at once. Most of that is waiting for the darkroom and for the catalog, so that fewer than this leave
 * the line empty: with 12, 5,000 small files took half as long again as with 48.
 */
const MOST_PREPARED = 48

const HEARTBEAT_MS = 5_000
/** A whole test of an account, with its eleven steps. */
const TEST_LIMIT_MS = 60_000
/** The quiet hours of collections begin and end at full minutes. */
const QUIET_LOOK_MS = 60_000
/** How often it is looked whether the small pictures on disk are too many. */
const PREVIEW_SWEEP_MS = 5 * 60_000
/** How often it is looked whether the copy of the catalog is too old. */
const BACKUP_LOOK_MS = 10 * 60_000

/** What a second push tries again. */
const TRIED_AGAIN: ReadonlySet<FrameStatus> = new Set<FrameStatus>(['failed', 'attention', 'cancelled', 'paused'])

type PrivateAnswers = {
  readonly [K in PrivateCallName]: (
    input: z.infer<(typeof privateCalls)[K]['input']>
  ) => Promise<z.infer<(typeof privateCalls)[K]['output']>>
}

export type EngineOptions = {
  /** Silverdrop's home: catalog, previews, spool, local R2. */
  readonly home: string
  /**
   * Takes up all collections at the start, as the app does; of those engines a home has one at a time. The terminal
   * takes only those it works on.
   */
  readonly resumesAll: boolean
  readonly clock?: Clock
  readonly random?: () => number
  readonly limits?: Partial<DispatcherLimits>
  /** How long a watched frame must stand still; 2 s by default. */
  readonly settleMs?: number
  readonly rescanMs?: number
  /** Whether anyone listens to an event: rows are not made for nobody. By default someone does. */
  readonly isHeard?: (name: EventName) => boolean
  readonly onEvent?: <K extends EventName>(name: K, payload: EventPayload<K>) => void
  /** The catalog is damaged. The engine should end at once; the next one mends the catalog. */
  readonly onDamage?: (error: AppError) => void
}

/** The uploader without a window: all rooms, wired. The app's engine process, the terminal and the tests run this. */
export interface Engine {
  /** What the window may ask. */
  readonly answers: Answers<EngineCallName>
  /** What only main and the terminal may ask. */
  readonly private: PrivateAnswers
  /** For the terminal, which knows its folders by their paths. */
  readonly push: {
    /** The collection of a folder, made or found again. @throws AppError `already-running`. */
    collection(rootPath: string, prefix: string, rules: CollectionRules): Collection
    /**
     * What pushing these paths would do, told by the bucket's listing and the catalog. Sends and writes nothing, and
     * makes no collection. @throws AppError `template-invalid`, and where the bucket cannot be looked into.
     */
    plan(push: PushOrder, signal: AbortSignal): Promise<PushPlan>
    /**
     * Files and folders into it; what failed or was cancelled before is tried again, and so is what was done and is no
     * longer in the bucket. What a plan found there by its content is looked at and not sent.
     *
     * @returns the paths of its frames. @throws AppError where the bucket cannot be looked into.
     */
    add(
      collection: Collection,
      paths: ReadonlyArray<string>,
      signal: AbortSignal,
      plan?: PushPlan
    ): Promise<PushedPaths>
    /** Their rows, in the same order. */
    rows(collection: Collection, paths: ReadonlyArray<string>): Promise<ReadonlyArray<FrameView>>
  }
  /** For the terminal, which asks of parts of a folder too. */
  readonly receipts: Receipts
  /** How a folder stands to the bucket. Looks only. @throws AppError where the bucket cannot be looked into. */
  cover(order: Omit<CoverageOrder, 'account'>, signal: AbortSignal): Promise<Coverage>
  totals(collectionId: string | null): Totals
  /** Why nothing is being sent although something waits, with the reason where an account gave one; or null. */
  hold(): { readonly kind: NonNullable<Totals['hold']>; readonly problem: Problem | null } | null
  /**
   * Resolves when nothing of the collection is left to do: all is done, or needs a person.
   *
   * @throws AppError `already-running`.
   */
  settled(collectionId: string, signal: AbortSignal): Promise<Totals>
  /** What was done about a damaged catalog at the start; null in most lives. */
  readonly mended: Mended | null
  close(): Promise<void>
}

export type PushOrder = {
  readonly rootPath: string
  readonly prefix: string
  readonly rules: CollectionRules
  readonly paths: ReadonlyArray<string>
}

export type PushedPaths = { readonly paths: ReadonlyArray<string>; readonly ignored: number }

/**
 * @throws AppError `already-running` if another engine of that home takes up all collections too; `file-unreadable`,
 *   `disk-full`; `internal` if a newer Silverdrop wrote the catalog.
 */
export function createEngine(options: EngineOptions): Engine {
  const { home, clock = systemClock, random = Math.random } = options
  const session = randomUUID()
  const previewsPath = join(home, 'previews')
  const spoolPath = join(home, 'spool')
  const catalogPath = join(home, 'catalog.sqlite')
  const catalog = takeCatalog(catalogPath, {
    leads: options.resumesAll,
    onDamage: (error) => options.onDamage?.(error)
  })
  const { db, mended } = catalog
  const backup = new CatalogBackup(db, catalogPath)
  const frames = new CatalogFrames(db)
  const uploads = new CatalogUploads(db)
  const collectionRows = new CatalogCollections(db)
  const limiter = new BandwidthLimiter()
  const stores = new AccountStores(home, limiter)
  const darkroom = createDarkroom({})
  const digester = createDigester()
  const progress = new Progress(frames)
  let newRules = defaultSettings.newCollection
  let privacyZones = defaultSettings.privacyZones
  let isConfigured = false
  let closing: Promise<void> | null = null
  const settleWaiters = new Set<() => void>()

  const collections = new Collections({
    collections: collectionRows,
    frames,
    uploads,
    settling: new CatalogSettling(db),
    volumes: new CatalogVolumes(db),
    clock,
    home,
    session,
    settleMs: options.settleMs ?? 2_000,
    rescanMs: options.rescanMs ?? 600_000,
    newRules: () => newRules,
    inTransaction: (act) => inTransaction(db, act),
    onFrames: (added, renewed) => {
      dispatcher.stopFrames(renewed, 'changed')
      for (const id of renewed) {
        progress.forget(id)
        previews.forget(id)
      }
      const ids = [...added, ...renewed]
      frames.shots.place(ids)
      for (const id of ids) announcer.frameChanged(id)
      if (frames.leftOut.hasAny()) lookAnew(ids.flatMap((id) => frames.leftOut.besideSidecar(id)))
      dispatcher.wake()
    },
    onThere: (collection) => sentFolder.sweep(collection),
    onReturned: async (frameIds) => {
      await commands.retry(frameIds).finally(() => dispatcher.wake())
    },
    onClaimed: () => {
      judgeAnew()
      dispatcher.wake()
    },
    onLost: (collectionId) => dispatcher.stopCollection(collectionId),
    onChange: () => announcer.countsChanged(),
    onAwayChanged: (collectionId) => options.onEvent?.('queue:reordered', [{ collectionId }]),
    onRules: (collection) => {
      frames.shots.rejoin(collection.id)
      quiet.rulesChanged(collection.id)
      judgeAnew()
      sentFolder.sweep(collection)
    },
    refusalOf: (accountId) => dispatcher.refusalOf(accountId),
    moveProblemOf: (collectionId) => sentFolder.problemOf(collectionId)
  })
  const viewOf = (frameId: string) => {
    const frame = frames.find(frameId)
    if (!frame) return null
    const sentBytes = (uploadId: string) => progress.sentBytesOf(uploadId)
    const view = toFrameView(frame, uploads.ofFrame(frameId), sentBytes, privacyZones)
    const thumbhash = frames.thumbs.hashOf(frameId)
    return { ...view, ...placeOf(frame, { frames, uploads, collections }), ...(thumbhash !== null && { thumbhash }) }
  }
  /** While the catalog cannot be written they stay as they are, to be tried again by hand. */
  const lookAnew = (frameIds: ReadonlyArray<string>) => {
    if (frameIds.length === 0) return
    commands.retry(frameIds).then(
      () => dispatcher.wake(),
      () => {}
    )
  }
  /** What cannot be written now is outdated still a minute later, and at the next start. */
  const judgeAnew = () => {
    commands.judgeAnew(session).then(
      (judged) => judged > 0 && dispatcher.wake(),
      () => {}
    )
  }
  /** Rows say which zones they lie in: those that are shown are asked for again. */
  const drawZones = (zones: EngineConfig['privacyZones']) => {
    if (isDeepStrictEqual(zones, privacyZones)) return
    privacyZones = zones
    const everywhere = collections.list().map(({ id }) => ({ collectionId: id }))
    options.onEvent?.('queue:reordered', everywhere)
  }
  const measure = () => progress.measure(clock.now(), dispatcher.hold, dispatcher.limitBytesPerSecond)
  const announcer = new Announcer({
    clock,
    viewOf,
    totals: measure,
    collections: (measured) => collectionViews(measured),
    isHeard: (name) => options.onEvent !== undefined && (options.isHeard?.(name) ?? true),
    emit: (name, payload) => options.onEvent?.(name, payload)
  })
  const onFrameChanged = (frameId: string) => {
    progress.frameChanged(frameId)
    announcer.frameChanged(frameId)
    for (const look of settleWaiters) look()
  }
  const dispatcher = new Dispatcher(
    {
      frames,
      uploads,
      darkroom,
      clock,
      random,
      session,
      spoolPath,
      pool: new BufferPool(defaultSettings.transfer.bufferBytes),
      digester,
      limiter,
      destinationOf: (collectionId) => {
        const collection = collections.get(collectionId)
        const account = stores.account(collection.accountId)
        const rulesNow = () => collections.get(collectionId).rules
        return {
          collection,
          account,
          bucket: bucketOf(account),
          rulesNow,
          waitingKinds: quiet.waitingKinds(collection)
        }
      },
      storeOf: (accountId) => stores.store(accountId),
      awayCollections: () => collections.away,
      absenceOf: (frame) => collections.absenceOf(frame),
      previewPathOf: (frameId) => previews.cache.placeForFrame(frameId),
      onFrameChanged: (frameId) => {
        onFrameChanged(frameId)
        sentFolder.frameChanged(frameId)
      },
      onProgress: (upload, sentBytes, { collectionId }) => {
        progress.note(upload, collectionId, sentBytes)
        onFrameChanged(upload.frameId)
      },
      onHoldChanged: () => announcer.countsChanged()
    },
    { prepare: MOST_PREPARED, render: 2, send: MOST_SENDS, ...options.limits }
  )
  const commands = new FrameCommands({
    frames,
    uploads,
    inTransaction: (act) => inTransaction(db, act),
    stopFrames: (ids) => dispatcher.stopFrames(ids),
    onFrameChanged
  })
  const previews = new PreviewMaker({ darkroom, frames, previewsPath, spoolPath, onFrameChanged })
  const bucketOfAccount = (accountId: string) => {
    const account = stores.find(accountId)
    return account && bucketOf(account)
  }
  const totals = (collectionId: string | null): Totals => {
    const found = measure().find((one) => one.collectionId === collectionId)
    return found ?? noTotals(collectionId)
  }
  const collectionViews = (measured: ReadonlyArray<Totals> = measure()) => {
    const byId = new Map(measured.map((one) => [one.collectionId, one]))
    return collections.list().map((one) => collections.view(one, byId.get(one.id) ?? null))
  }

  const ending = new AbortController()
  const receipts = new Receipts({ rows: new CatalogReceipts(db), stores, digester, clock })

  const parts = {
    onFrameChanged,
    frames,
    uploads,
    collections,
    stores,
    dispatcher,
    commands,
    previews,
    viewOf,
    totals,
    collectionViews
  }
  const comparison = new FolderComparison({
    frames,
    uploads,
    darkroom,
    digest: createFileDigests(digester),
    stores,
    collections: () => collections.list(),
    newRules: () => newRules,
    clock
  })
  /** Something of it was deleted from the bucket, or never sent because somebody said so: to push it says otherwise. */
  const hasCancelled = (frameId: string) => uploads.ofFrame(frameId).some(({ state }) => state.kind === 'cancelled')
  const tryAgain = async (known: ReadonlyArray<Frame>, signal: AbortSignal) => {
    const isAgain = ({ id, status }: Frame) => TRIED_AGAIN.has(status) || hasCancelled(id)
    const again = await mapInSlices(known, (frame) => (isAgain(frame) ? [frame.id] : []), signal)
    await commands.retry(again.flat())
    await commands.continue(again.flat())
    quiet.look()
    dispatcher.wake()
    await checkProofs(
      known.map(({ id }) => id),
      { uploads, bucketOf: bucketOfAccount, storeOf: (accountId) => stores.store(accountId), onFrameChanged },
      signal
    )
    dispatcher.wake()
  }
  const quiet = new QuietHours({
    quiet: uploads.quiet,
    collections: () => collections.list(),
    nowMs: () => clock.now(),
    onReleased: () => dispatcher.wake()
  })
  const sentFolder = new SentFolder({
    frames,
    uploads,
    clock,
    collectionOf: (id) => (collections.isThere(id) ? collections.watched(id) : null),
    onMoved: (frameId) => announcer.frameChanged(frameId),
    onProblem: () => announcer.countsChanged()
  })
  const queue = queueAnswers({ ...parts, quiet, newRules: () => newRules, clock })

  sweepSpool(spoolPath, uploads, clock.now())
  const stopHeartbeat = every(clock, HEARTBEAT_MS, () => keepClaims())
  const stopQuietLooks = every(clock, QUIET_LOOK_MS, () => {
    unlessNoRoom(() => quiet.look())
    judgeAnew()
    unlessNoRoom(() => sentFolder.lookAgain(collections.list().filter(({ id }) => collections.claims.holds(id))))
  })
  const stopPreviewSweeps = every(clock, PREVIEW_SWEEP_MS, () => {
    if (options.resumesAll) void previews.cache.sweep()
  })
  const stopBackups = every(clock, BACKUP_LOOK_MS, () => {
    if (options.resumesAll) void backup.makeIfDue(clock.now())
  })
  const janitor = new Janitor({
    uploads,
    dropped: new CatalogDroppedOrphans(db),
    storeOf: (accountId) => stores.store(accountId),
    bucketOf: (accountId) => bucketOf(stores.account(accountId)),
    clock
  })

  return {
    answers: {
      ...queue,
      ...collectionAnswers({ ...parts, newRules: () => newRules }),
      ...bucketAnswers(parts),
      ...linkAnswers({ ...parts, clock }),
      ...coverageAnswers({ ...parts, comparison, tryAgain, signal: ending.signal }),
      ...renditionAnswers({ frames, darkroom, previewsPath, signal: ending.signal }),
      ...receiptAnswers({
        ...parts,
        receipts,
        clock,
        emit: (name, payload) => options.onEvent?.(name, payload),
        signal: ending.signal
      })
    },
    receipts,
    cover: (order, signal) => comparison.cover({ ...order, account: stores.default() }, signal),
    private: {
      'engine:configure': async (config: EngineConfig) => {
        stores.configure(config)
        newRules = config.newCollection
        drawZones(config.privacyZones)
        dispatcher.configure(config.transfer)
        if (options.resumesAll) previews.cache.limit(config.previewCacheBytes)
        dispatcher.accountsChanged()
        if (!isConfigured) {
          if (options.resumesAll) unlessNoRoom(() => collections.resumeAll())
          void placeShots()
          unlessNoRoom(() => quiet.look())
          dispatcher.start()
          isConfigured = true
        }
        void janitor.sweep()
        announcer.countsChanged()
        return null
      },
      'engine:test-account': ({ account, secret }) =>
        testAccount(
          account,
          secret ?? stores.secretOf(account.id),
          { reach: reachR2, listBuckets, openStore: (one, own) => stores.open(one, own) },
          AbortSignal.timeout(TEST_LIMIT_MS)
        ),
      'engine:power': async ({ event }) => {
        if (event === 'suspend') dispatcher.suspend()
        if (event === 'resume') keepClaims()
        if (event === 'resume') dispatcher.resume()
        if (event === 'offline') dispatcher.networkLost()
        if (event === 'online') dispatcher.networkChanged()
        if (event === 'resume' || event === 'online') void collections.rescanAll()
        return null
      },
      'engine:drain': async () => {
        await dispatcher.close()
        return null
      }
    },
    push: {
      collection: (rootPath, prefix, rules) => collections.forPush(rootPath, stores.default().id, prefix, rules),
      plan: ({ rootPath, prefix, rules, paths }, signal) => {
        const account = stores.default()
        const known = collectionRows.findByRoot('push', rootPath, account.id, prefix)
        const collection = known ?? unsavedCollection({ rootPath, accountId: account.id, prefix, rules })
        return comparison.plan({ ...collection, rules }, account, paths, signal)
      },
      add: async (collection, paths, signal, plan) => {
        const expanded = await expandPaths(paths, defaultIgnoreRules, signal)
        const { id: collectionId, accountId } = collection
        const find = ({ path }: FrameFile) => frames.findByPath(collectionId, path) ?? []
        // What is new has nothing to be tried again, and what was refused just now is not tried at once again.
        const isKnown = await mapInSlices(expanded.files, (file) => frames.has(collectionId, file), signal)
        await collections.take(collection, expanded.files)
        collections.refuse(collection, expanded.refused)
        const of = { collectionId, accountId, bucket: bucketOf(stores.account(accountId)) }
        await rememberFound(plan?.frames ?? [], of, { frames, uploads, nowMs: Math.round(clock.now()) })
        const all = [...expanded.files, ...expanded.refused].map(({ path }) => path)
        const known = expanded.files.filter((_file, index) => isKnown[index])
        await tryAgain((await mapInSlices(known, find, signal)).flat(), signal)
        return { paths: all, ignored: expanded.ignored }
      },
      rows: async (collection, paths) => {
        const viewAt = (path: string) => {
          const frame = frames.findByPath(collection.id, path)
          return (frame && viewOf(frame.id)) ?? []
        }
        return (await mapInSlices(paths, viewAt, ending.signal)).flat()
      }
    },
    totals,
    hold: () => (dispatcher.hold === null ? null : { kind: dispatcher.hold, problem: dispatcher.refusalOf(null) }),
    settled: (collectionId, signal) =>
      new Promise((resolve, reject) => {
        const end = () => {
          settleWaiters.delete(look)
          signal.removeEventListener('abort', giveUp)
        }
        const giveUp = () => {
          end()
          reject(signal.reason)
        }
        const look = () => {
          const elsewhere = collections.claims.problemOf(collectionId)
          if (elsewhere) {
            end()
            reject(new AppError(elsewhere.code, elsewhere.detail))
            return
          }
          if (dispatcher.isBusy) return
          const now = totals(collectionId)
          if (now.waiting + now.working > 0) return
          end()
          resolve(now)
        }
        signal.throwIfAborted()
        signal.addEventListener('abort', giveUp, { once: true })
        settleWaiters.add(look)
        look()
      }),
    mended,
    close: () => {
      closing ??= close()
      return closing
    }
  }

  function keepClaims(): void {
    unlessNoRoom(() => collections.claims.keep())
    for (const look of settleWaiters) look()
  }

  /** Frames that an older Silverdrop took. */
  async function placeShots(): Promise<void> {
    let placed: number | null = 0
    while (placed !== null && !ending.signal.aborted) {
      const after: number = placed
      placed = null // where the catalog cannot be written, the next start goes on
      unlessNoRoom(() => {
        placed = frames.shots.placeMissing(after)
      })
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async function close(): Promise<void> {
    ending.abort()
    stopHeartbeat()
    stopBackups()
    stopPreviewSweeps()
    stopQuietLooks()
    announcer.close()
    await previews.close()
    await collections.close()
    await dispatcher.close()
    await sentFolder.close()
    await Promise.all([darkroom.close(), digester.close(), janitor.close()])
    await stores.close()
    unlessNoRoom(() => collectionRows.releaseClaims(session))
    await backup.close()
    catalog.close()
  }
}

/** For what is tried again before long: a full disk, or a catalog that others keep locked, is no reason to end. */
function unlessNoRoom(act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!isUnwritable(error)) throw error
  }
}
