import type { CatalogDroppedOrphans } from '../catalog/CatalogDroppedOrphans.ts'
import type { NotedOpening } from '../catalog/CatalogOpenings.ts'
import type { CatalogUploads, Orphan } from '../catalog/CatalogUploads.ts'
import type { Clock } from '../files/Clock.ts'
import type { ObjectStore, UnfinishedUpload } from '../store/ObjectStore.ts'

export type JanitorPorts = {
  readonly uploads: CatalogUploads
  readonly dropped: CatalogDroppedOrphans
  /** @throws AppError where the account is gone or cannot be opened. */
  readonly storeOf: (accountId: string) => Promise<ObjectStore>
  /** The bucket that the account's store is for. @throws AppError where the account is gone. */
  readonly bucketOf: (accountId: string) => string
  readonly clock: Clock
}

const MINUTE_MS = 60_000

const TURN_MS = 10 * MINUTE_MS

/** For one question to a store, its repetitions included. */
const REQUEST_LIMIT_MS = 30_000

/** A part that was on its way when its upload was dropped has arrived, or never will. */
const LATE_PART_MS = 5 * MINUTE_MS

/** The longest that a request to open an upload is under way: 10 s to connect and 90 s of silence end it. */
const OPENING_MS = 2 * MINUTE_MS

/** How far a store's time may be off after what is known of it is corrected, see `UnfinishedUpload`. */
const CLOCK_SLACK_MS = 5 * MINUTE_MS

/** Whatever is opened from now on shows a time beyond the window in which a lost one is looked for. */
const LOOK_AFTER_MS = OPENING_MS + 2 * CLOCK_SLACK_MS

/** R2 has dropped it by itself after seven days. @see https://developers.cloudflare.com/r2/buckets/object-lifecycles/ */
const FORGET_AFTER_MS = 8 * 24 * 60 * MINUTE_MS

/** Of one account in one turn; the next takes the rest. */
const MOST_ORPHANS = 1_000

/**
 * Ends the multipart uploads that are ours and that nobody will finish, so that their parts are not paid for:
 *   - orphans, whose id is in the catalog, and those a second time, since a late part can outlive the first;
 *   - those that were opened by a request whose answer was lost. Their id is unknown, so they are looked for at exactly
 *     their key, in the minutes around the request, and only among ids that the catalog does not know.
 * What cannot be told a store now is told another time, until R2 has long dropped it by itself.
 */
export class Janitor {
  readonly #ports: JanitorPorts
  readonly #stop = new AbortController()
  #turn: Promise<void> | null = null
  #stopTimer = (): void => {}

  constructor(ports: JanitorPorts) {
    this.#ports = ports
  }

  /** Takes a turn now, and one every ten minutes. Where one is under way, it is this one. */
  sweep(): Promise<void> {
    if (this.#stop.signal.aborted) return Promise.resolve()
    this.#turn ??= this.#sweep().finally(() => {
      this.#turn = null
      if (!this.#stop.signal.aborted) this.#stopTimer = this.#ports.clock.setTimer(TURN_MS, () => void this.sweep())
    })
    return this.#turn
  }

  /** Resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.#stop.abort()
    this.#stopTimer()
    await this.#turn
  }

  async #sweep(): Promise<void> {
    this.#stopTimer()
    const { uploads, dropped, bucketOf, clock } = this.#ports
    const nowMs = clock.now()
    this.#forget(nowMs)
    const busy = new Set<string>() // accounts that gave no answer in this turn
    for (const openings of this.#overdue(nowMs))
      await this.#attempt(openings[0].accountId, busy, () => this.#seek(openings))
    for (const accountId of uploads.orphanAccounts()) await this.#dropAll(accountId, busy, nowMs)
    for (const orphan of dropped.list(nowMs - LATE_PART_MS)) {
      await this.#attempt(orphan.accountId, busy, async () => {
        // In another bucket than the account shows now it is left to R2, which drops it by itself after seven days.
        if (orphan.bucket === '' || orphan.bucket === bucketOf(orphan.accountId)) await this.#drop(orphan)
        dropped.delete(orphan)
      })
    }
  }

  /** Of an account or a bucket that never comes back nothing else would end the rows. */
  #forget(nowMs: number): void {
    const { dropped } = this.#ports
    try {
      dropped.forget(nowMs - FORGET_AFTER_MS)
      dropped.noteWaiting(nowMs)
    } catch {
      // The disk is full, or the catalog locked: the next turn does it.
    }
  }

  /** Orphans of an account in the bucket that it shows now. Those in another wait until it shows that one again. */
  async #dropAll(accountId: string, busy: Set<string>, nowMs: number): Promise<void> {
    const { uploads, dropped, bucketOf } = this.#ports
    let orphans: ReadonlyArray<Orphan> = []
    await this.#attempt(accountId, busy, async () => {
      orphans = uploads.orphans({ accountId, bucket: bucketOf(accountId) }, MOST_ORPHANS)
    })
    for (const orphan of orphans) {
      await this.#attempt(accountId, busy, async () => {
        await this.#drop(orphan)
        uploads.together(() => {
          uploads.dropOrphan(orphan)
          dropped.put(orphan, nowMs)
        })
      })
    }
  }

  async #attempt(accountId: string, busy: Set<string>, act: () => Promise<void>): Promise<void> {
    if (busy.has(accountId) || this.#stop.signal.aborted) return
    try {
      await act()
    } catch {
      busy.add(accountId) // offline, refused or gone: the next turn tries again
    }
  }

  /** Openings that are in doubt, those of one key together. */
  #overdue(nowMs: number): ReadonlyArray<Openings> {
    const { openings } = this.#ports.uploads
    const byKey = new Map<string, [NotedOpening, ...NotedOpening[]]>()
    for (const opening of openings.list()) {
      if (nowMs - opening.sinceMs < LOOK_AFTER_MS) continue
      const name = JSON.stringify([opening.accountId, opening.bucket, opening.key])
      const known = byKey.get(name)
      if (known) known.push(opening)
      else byKey.set(name, [opening])
    }
    return [...byKey.values()]
  }

  /** Makes orphans of the uploads that these openings have left at the store. */
  async #seek(wanted: Openings): Promise<void> {
    const { uploads, storeOf, bucketOf, clock } = this.#ports
    const [{ accountId, bucket, key }] = wanted
    for (const { id, sinceMs } of wanted) if (clock.now() - sinceMs > FORGET_AFTER_MS) uploads.openings.settle(id)
    if (bucketOf(accountId) !== bucket) return // the account shows another bucket now
    const store = await storeOf(accountId)
    const listed = await store.listUploads(key, this.#limit())
    const strays = (listed ?? []).filter(
      (upload) => upload.key === key && isOf(wanted, upload) && !uploads.openings.isKnown(accountId, upload.uploadId)
    )
    uploads.together(() => {
      for (const { id } of wanted) uploads.openings.settle(id)
      if (strays.length > wanted.length) return // not all of them can be ours, so none is touched
      // Its part size was in the answer's place: it takes none to drop it.
      for (const { uploadId } of strays) uploads.addOrphan({ accountId, bucket }, { key, uploadId, partBytes: 0 })
    })
  }

  async #drop({ accountId, multipart }: Orphan): Promise<void> {
    const store = await this.#ports.storeOf(accountId)
    await store.abort(multipart, this.#limit())
  }

  #limit(): AbortSignal {
    return AbortSignal.any([this.#stop.signal, AbortSignal.timeout(REQUEST_LIMIT_MS)])
  }
}

/** At least one, all of one key. */
type Openings = readonly [NotedOpening, ...NotedOpening[]]

/** Whether the upload was opened while one of the requests was under way. */
function isOf(openings: Openings, { initiatedAtMs }: UnfinishedUpload): boolean {
  return openings.some(
    ({ sinceMs }) => initiatedAtMs >= sinceMs - CLOCK_SLACK_MS && initiatedAtMs <= sinceMs + OPENING_MS + CLOCK_SLACK_MS
  )
}
