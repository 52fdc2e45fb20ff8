import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Proof } from '../../shared/model/frame.ts'
import { ORIGINAL } from '../../shared/model/output.ts'
import { foldKey } from '../shots/suffixKey.ts'
import type { Multipart, SentPart } from '../store/ObjectStore.ts'
import { frameStatusOf } from '../transfer/frameStatus.ts'
import { isUnderWay, multipartOf, transition, type UploadState } from '../transfer/UploadState.ts'
import { CatalogCopies, firstWorkOf } from './CatalogCopies.ts'
import { CatalogOpenings } from './CatalogOpenings.ts'
import { CatalogProofs } from './CatalogProofs.ts'
import { CatalogQuiet } from './CatalogQuiet.ts'
import { GroupCommit } from './GroupCommit.ts'
import { inTransaction } from './openCatalog.ts'
import type { Frame, Upload, UploadWork } from './records.ts'
import type { TurnOrder } from './turnOrder.ts'
import { type Held, UploadTurns } from './UploadTurns.ts'
import { isDamaged, toOrphan, toUpload, workOf } from './uploadRow.ts'

/** The bucket of an account. */
export type BucketOf = { readonly accountId: string; readonly bucket: string }

/**
 * A multipart upload that the store still has to be told to drop. Its bucket is `''` where an older Silverdrop noted
 * none: that of the account.
 */
export type Orphan = BucketOf & { readonly multipart: Multipart }

/** Objects on their way, their parts, their keys and, in the end, their proofs. */
export class CatalogUploads {
  readonly proofs: CatalogProofs
  /** For changes that come by the thousand. */
  readonly commits: GroupCommit
  readonly openings: CatalogOpenings
  readonly quiet: CatalogQuiet
  readonly #copies: CatalogCopies
  readonly #db: DatabaseSync
  readonly #insert: StatementSync
  readonly #select: StatementSync
  readonly #selectOfFrame: StatementSync
  readonly #selectFailed: StatementSync
  readonly #update: StatementSync
  readonly #selectStatuses: StatementSync
  readonly #setFrameStatus: StatementSync
  readonly #turns: UploadTurns
  readonly #setRendered: StatementSync
  readonly #setOutput: StatementSync
  readonly #setDigest: StatementSync
  readonly #setKey: StatementSync
  readonly #countSpooled: StatementSync
  readonly #findKey: StatementSync
  readonly #putKey: StatementSync
  readonly #selectLaterTwin: StatementSync
  readonly #selectSender: StatementSync
  readonly #selectByKey: StatementSync
  readonly #insertPart: StatementSync
  readonly #selectParts: StatementSync
  readonly #forgetPart: StatementSync
  readonly #dropParts: StatementSync
  readonly #putOrphan: StatementSync
  readonly #selectOrphanAccounts: StatementSync
  readonly #selectOrphans: StatementSync
  readonly #dropOrphan: StatementSync
  readonly #selectUnfinished: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.proofs = new CatalogProofs(db)
    this.commits = new GroupCommit(db)
    this.openings = new CatalogOpenings(db)
    this.quiet = new CatalogQuiet(db)
    this.#copies = new CatalogCopies(db)
    this.#insert = db.prepare(
      `INSERT INTO uploads (id, frame_id, frame_seq, ordinal, output, output_id, account_id, bucket, base_key, key,
         key_number, state, status, work, size_bytes, sha256, width_px, height_px, content_type, replaces,
         is_begun, collection_id, source_mtime_ms, source_bytes, name_key)
       SELECT $id, $frameId, $frameSeq, $ordinal, $output, $outputId, $accountId, $bucket, $baseKey, $key,
         $keyNumber, $state, $status, $work, $sizeBytes, $sha256, $widthPx, $heightPx, $contentType, $replaces,
         0, collection_id, CAST(mtime_ns AS INTEGER) / 1000000, size_bytes, name_key FROM frames WHERE id = $frameId`
    )
    this.#select = db.prepare('SELECT * FROM uploads WHERE id = ?')
    this.#selectOfFrame = db.prepare('SELECT * FROM uploads WHERE frame_id = ?')
    this.#selectFailed = db.prepare("SELECT * FROM uploads WHERE frame_id = ? AND status = 'failed'")
    this.#update = db.prepare(
      `UPDATE uploads SET state = ?1, status = ?2, work = ?3, due_at_ms = ?4, spool_path = ?5, size_bytes = ?6,
         sha256 = ?7, is_begun = is_begun OR ?2 = 'sending' WHERE id = ?8`
    )
    this.#selectStatuses = db.prepare('SELECT status FROM uploads WHERE frame_id = ?')
    this.#setFrameStatus = db.prepare(
      `UPDATE frames SET status = ?1, sha256 = ifnull(sha256, ?2)
       WHERE id = ?3 AND (status <> ?1 OR (sha256 IS NULL AND ?2 IS NOT NULL))`
    )
    this.#turns = new UploadTurns(db)
    this.#setRendered = db.prepare(
      'UPDATE uploads SET spool_path = ?, size_bytes = ?, width_px = ?, height_px = ?, content_type = ?, sha256 = NULL WHERE id = ?'
    )
    this.#setOutput = db.prepare('UPDATE uploads SET output = ? WHERE id = ?')
    this.#setDigest = db.prepare('UPDATE uploads SET sha256 = ?, size_bytes = ? WHERE id = ?')
    this.#setKey = db.prepare('UPDATE uploads SET key = ?, key_number = ?, replaces = ? WHERE id = ?')
    this.#countSpooled = db.prepare(
      `SELECT account_id, count(*) AS spooled FROM uploads JOIN claims USING (collection_id)
       WHERE spool_path IS NOT NULL AND (status = 'sending' OR (status IN ('waiting', 'retrying') AND work = 'send'))
       AND session = ? AND collection_id NOT IN (SELECT value FROM json_each(?)) GROUP BY account_id`
    )
    this.#findKey = db.prepare('SELECT upload_id FROM object_keys WHERE account_id = ? AND bucket = ? AND folded = ?')
    this.#putKey = db.prepare(
      `INSERT INTO object_keys (account_id, bucket, folded, key, upload_id) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (account_id, bucket, folded) DO UPDATE SET key = excluded.key, upload_id = excluded.upload_id`
    )
    this.#selectLaterTwin = db.prepare(
      `SELECT uploads.* FROM object_keys JOIN uploads ON uploads.id = object_keys.upload_id
       JOIN frames ON frames.id = uploads.frame_id
       WHERE object_keys.account_id = ? AND object_keys.bucket = ? AND object_keys.folded = ?
       AND uploads.key_number = 1 AND uploads.is_begun = 0 AND uploads.status IN ('waiting', 'rendering', 'paused')
       AND frames.relative_path > ?
       AND frames.collection_id = (SELECT collection_id FROM frames WHERE id = ?)
       AND NOT EXISTS (SELECT 1 FROM proofs WHERE proofs.account_id = uploads.account_id
         AND proofs.bucket = uploads.bucket AND proofs.key = uploads.key AND proofs.frame_id = uploads.frame_id)`
    )
    this.#selectSender = db.prepare(
      `SELECT 1 FROM proofs JOIN frames ON frames.id = proofs.frame_id
       WHERE proofs.account_id = ?1 AND proofs.bucket = ?2 AND proofs.key = ?3
       AND frames.id <> ?4 AND frames.collection_id = (SELECT collection_id FROM frames WHERE id = ?4)
       AND frames.status NOT IN ('cancelled', 'failed') AND NOT EXISTS (SELECT 1 FROM uploads WHERE uploads.frame_id = frames.id)`
    )
    // An upload that met a stranger under its first name has claimed that name too, and gone to another.
    this.#selectByKey = db.prepare(
      `SELECT uploads.* FROM object_keys JOIN uploads ON uploads.id = object_keys.upload_id AND uploads.key = ?1
       WHERE object_keys.account_id = ?2 AND object_keys.bucket = ?3 AND object_keys.folded = ?4`
    )
    this.#insertPart = db.prepare(
      'INSERT OR REPLACE INTO parts (upload_id, number, size_bytes, etag, md5) VALUES (?, ?, ?, ?, ?)'
    )
    this.#selectParts = db.prepare('SELECT * FROM parts WHERE upload_id = ? ORDER BY number')
    this.#forgetPart = db.prepare('DELETE FROM parts WHERE upload_id = ? AND number = ?')
    this.#dropParts = db.prepare('DELETE FROM parts WHERE upload_id = ?')
    this.#putOrphan = db.prepare(
      'INSERT OR IGNORE INTO orphans (account_id, bucket, key, upload_id, part_bytes) VALUES (?, ?, ?, ?, ?)'
    )
    this.#selectOrphanAccounts = db.prepare('SELECT DISTINCT account_id FROM orphans ORDER BY account_id')
    this.#selectOrphans = db.prepare(
      "SELECT * FROM orphans WHERE account_id = ? AND bucket IN (?, '') ORDER BY upload_id LIMIT ?"
    )
    this.#dropOrphan = db.prepare('DELETE FROM orphans WHERE account_id = ? AND upload_id = ?')
    this.#selectUnfinished = db.prepare(
      `SELECT uploads.* FROM uploads JOIN frames ON frames.id = uploads.frame_id
       WHERE frames.collection_id = ? AND uploads.work IS NULL
       AND uploads.status IN ('waiting', 'retrying', 'rendering', 'sending', 'proving')`
    )
  }

  /**
   * Uploads of a frame that was just prepared: written before anything of it is sent. Its old ones must be gone.
   *
   * @param finish What else belongs to the same transaction, after the rows are there.
   */
  addForFrame(uploads: ReadonlyArray<Upload>, finish: () => void): void {
    inTransaction(this.#db, () => {
      for (const upload of uploads) {
        this.#insert.run({
          $id: upload.id,
          $frameId: upload.frameId,
          $frameSeq: upload.frameSeq,
          $ordinal: upload.ordinal,
          $output: JSON.stringify(upload.output),
          $outputId: upload.output.id,
          $accountId: upload.accountId,
          $bucket: upload.bucket,
          $baseKey: upload.baseKey,
          $key: upload.key,
          $keyNumber: upload.keyNumber,
          $state: JSON.stringify(upload.state),
          $status: upload.state.kind,
          $work: firstWorkOf(upload, uploads),
          $sizeBytes: upload.sizeBytes,
          $sha256: upload.sha256,
          $widthPx: upload.widthPx,
          $heightPx: upload.heightPx,
          $contentType: upload.contentType,
          $replaces: upload.replaces
        })
      }
      finish()
    })
  }

  find(id: string): Upload | null {
    const row = this.#select.get(id)
    return row ? toUpload(row) : null
  }

  ofFrame(frameId: string): ReadonlyArray<Upload> {
    // Of one to three rows: SQLite's sorter would cost as much again as finding them.
    const uploads = this.#selectOfFrame.all(frameId).map(toUpload)
    return uploads.length > 1 ? uploads.sort(byOrdinal) : uploads
  }

  /** Those that failed for good. */
  failedOfFrame(frameId: string): ReadonlyArray<Upload> {
    return this.#selectFailed.all(frameId).map(toUpload)
  }

  /**
   * Keeps a new state, and with it the status of the frame. A multipart upload that the new state no longer holds goes
   * to the orphans, so that the store is told; its parts are forgotten.
   */
  saveState(upload: Upload, state: UploadState): Upload {
    const next = this.#withState(upload, state)
    inTransaction(this.#db, () => this.#save(upload, next))
    return next
  }

  /** The state "done", the proof and the digest of the source, in one step. */
  saveProof(upload: Upload, proof: Proof, sourceSha256: string): Upload {
    const next = this.#withState(upload, transition(upload.state, { kind: 'proved', proof }))
    inTransaction(this.#db, () => {
      const { accountId, bucket, key, output, frameId } = upload
      this.proofs.put({ accountId, bucket, key, proof, sourceSha256, outputId: output.id, frameId })
      this.#save(upload, next, workOf(next), sourceSha256)
    })
    return next
  }

  /** Puts what nobody works on any more back into the queue, where it was. */
  requeue(upload: Upload): Upload {
    const next = this.#withState(upload, transition(upload.state, { kind: 'recovered' }))
    const work = next.state.kind === 'proving' ? 'send' : workOf(next)
    inTransaction(this.#db, () => this.#save(upload, next, work))
    return next
  }

  /** What is over needs its rendition on this computer no longer. */
  #withState(upload: Upload, state: UploadState): Upload {
    const isOver = state.kind === 'done' || state.kind === 'skipped' || state.kind === 'cancelled'
    return { ...upload, state, spoolPath: isOver ? null : upload.spoolPath }
  }

  /**
   * Changes nothing where the row is gone: the frame began anew while this was under way.
   *
   * @param sourceSha256 Of the frame, where it has become known.
   */
  #save(before: Upload, next: Upload, work: UploadWork = workOf(next), sourceSha256: string | null = null): void {
    const { id, state, spoolPath, sizeBytes, sha256, frameId } = next
    const dropped = multipartOf(before.state)
    if (multipartOf(state)?.uploadId !== dropped?.uploadId) {
      const isFinished = state.kind === 'proving' || state.kind === 'done'
      if (dropped && !isFinished) this.addOrphan(next, dropped)
      this.#dropParts.run(id)
    }
    const dueAtMs = state.kind === 'retrying' ? state.retryAtMs : 0
    const turn = this.#copies.workBeside(next, work)
    const saved = this.#update.run(JSON.stringify(state), state.kind, turn, dueAtMs, spoolPath, sizeBytes, sha256, id)
    if (saved.changes === 0) return
    this.#copies.noteCopy(next)
    // What someone works on says where the frame is, whatever its other uploads wait for.
    const kinds = isUnderWay(state) ? [state.kind] : this.#kindsOf(frameId)
    this.#setFrameStatus.run(frameStatusOf(kinds), sourceSha256, frameId)
  }

  #kindsOf(frameId: string): ReadonlyArray<UploadState['kind']> {
    return this.#selectStatuses.all(frameId).map((row) => String(row['status']) as UploadState['kind'])
  }

  /** Several changes as one transaction. */
  together<T>(act: () => T): T {
    return inTransaction(this.#db, act)
  }

  /** The order in which what waits goes from now on. */
  setOrder(order: TurnOrder): void {
    this.#turns.setOrder(order)
  }

  /**
   * The next renditions to make, all of one frame since one decode makes them all: now `rendering`.
   *
   * @param heldFrames Frames to pass over.
   * @param heldAccounts Accounts for which enough is made.
   * @param away Collections to pass over.
   */
  takeToRender(
    session: string,
    nowMs: number,
    heldFrames: ReadonlyArray<string>,
    heldAccounts: ReadonlyArray<string> = [],
    away: ReadonlyArray<string> = []
  ): ReadonlyArray<Upload> {
    return inTransaction(this.#db, () => {
      const next = this.#takeNext('render', session, nowMs, {
        accounts: heldAccounts,
        frames: heldFrames,
        collections: away
      })
      if (!next) return []
      return this.#selectOfFrame
        .all(next.frameId)
        .filter((row) => row['work'] === 'render') // an original without its position may wait for the quiet hours
        .map(toUpload)
        .sort(byOrdinal)
        .map((upload) => this.saveState(upload, transition(upload.state, { kind: 'render-started' })))
    })
  }

  /** The next objects to send: now `sending`, or `proving` where that is what is left. */
  takeToSend(session: string, nowMs: number, held: Held, limit: number): ReadonlyArray<Upload> {
    return inTransaction(this.#db, () => {
      const taken: Upload[] = []
      while (taken.length < limit) {
        const next = this.#takeNext('send', session, nowMs, held)
        if (!next) break
        const { state } = next
        taken.push(this.saveState(next, state.kind === 'proving' ? state : transition(state, { kind: 'started' })))
      }
      return taken
    })
  }

  #takeNext(work: 'render' | 'send', session: string, nowMs: number, held: Held): Upload | null {
    for (;;) {
      const row = this.#turns.next(work, session, nowMs, held)
      if (!row) return null
      const upload = toUpload(row)
      if (!this.#isSetAside(upload)) return upload
    }
  }

  /** A row that does not parse says so from now on, and the rest goes on. */
  #isSetAside(upload: Upload): boolean {
    if (!isDamaged(upload)) return false
    this.saveState(upload, upload.state)
    return true
  }

  /** When the next waiting retry is due, Unix ms; null if none waits. */
  nextDueMs(nowMs: number): number | null {
    return this.#turns.nextDueMs(nowMs)
  }

  /** After a start: what the last engine was doing gets its turn again. */
  recover(collectionId: string): void {
    inTransaction(this.#db, () => {
      for (const row of this.#selectUnfinished.all(collectionId)) this.requeue(toUpload(row))
    })
  }

  /** The rendition lies in the spool and waits for its turn on the line. */
  saveRendered(
    upload: Upload,
    made: Pick<Upload, 'widthPx' | 'heightPx' | 'contentType'> & { path: string; sizeBytes: number }
  ): Upload {
    const { path, sizeBytes, widthPx, heightPx, contentType } = made
    const state = transition(upload.state, { kind: 'rendered' })
    const next: Upload = { ...upload, spoolPath: path, sizeBytes, widthPx, heightPx, contentType, sha256: null, state }
    inTransaction(this.#db, () => {
      this.#setRendered.run(path, sizeBytes, widthPx, heightPx, contentType, upload.id)
      this.#save(upload, next)
    })
    return next
  }

  /** There was nothing to take out of the file: it goes itself, byte for byte. */
  saveUnmade(upload: Upload, { sizeBytes, sha256 }: Pick<Frame, 'sizeBytes' | 'sha256'>): Upload {
    const state = transition(upload.state, { kind: 'rendered' })
    const next: Upload = { ...upload, output: ORIGINAL, spoolPath: null, sizeBytes, sha256, state }
    inTransaction(this.#db, () => {
      this.#setOutput.run(JSON.stringify(ORIGINAL), upload.id)
      this.#save(upload, next)
    })
    return next
  }

  setDigest(upload: Upload, sha256: string, sizeBytes: number): Upload {
    this.#setDigest.run(sha256, sizeBytes, upload.id)
    return { ...upload, sha256, sizeBytes }
  }

  /**
   * Takes a key for an upload unless another upload has it or a twin of it, or another file of its collection was sent
   * under it and is to be prepared anew: links lead there, so that one gets its name again.
   *
   * @param folded The key without case and normalisation, see `shots/suffixKey.ts`.
   * @returns whether the upload has the key now.
   */
  claimKey(upload: Upload, key: string, folded: string): boolean {
    const isFree = this.isKeyFree(upload, key, folded)
    if (isFree) this.giveKey(upload, key, folded)
    return isFree
  }

  /** Whether `claimKey` would give the upload that key. */
  isKeyFree(upload: Upload, key: string, folded: string): boolean {
    const owner = this.#findKey.get(upload.accountId, upload.bucket, folded)?.['upload_id']
    return owner === undefined ? !this.#isReserved(upload, key) : owner === upload.id
  }

  #isReserved({ accountId, bucket, frameId }: Upload, key: string): boolean {
    return this.#selectSender.get(accountId, bucket, key, frameId) !== undefined
  }

  /** Gives a key to an upload, whoever has it. */
  giveKey({ id, accountId, bucket }: Upload, key: string, folded: string): void {
    this.#putKey.run(accountId, bucket, folded, key, id)
  }

  /**
   * The upload of the same collection that has a key under its bare name, was never begun, and whose file comes behind a
   * path; or null. What an earlier version of the file has put there keeps its name: links lead to it.
   */
  laterTwin({ accountId, bucket, frameId }: Upload, folded: string, relativePath: string): Upload | null {
    const row = this.#selectLaterTwin.get(accountId, bucket, folded, relativePath, frameId)
    return row ? toUpload(row) : null
  }

  /** The key that the upload goes to from now on; claim it first. */
  setKey(upload: Upload, target: Pick<Upload, 'key' | 'keyNumber' | 'replaces'>): Upload {
    const { key, keyNumber, replaces } = target
    this.#setKey.run(key, keyNumber, replaces, upload.id)
    return { ...upload, key, keyNumber, replaces }
  }

  /** Copies that are made and wait for the line, by account: of this run of the engine, and not of what is away. */
  countSpooled(session: string, away: ReadonlyArray<string> = []): ReadonlyMap<string, number> {
    const rows = this.#countSpooled.all(session, JSON.stringify(away))
    return new Map(rows.map((row) => [String(row['account_id']), Number(row['spooled'])]))
  }

  /** No copy can be made for now, as `copy` cannot: no original of this run of the engine waits for its copies. */
  letOriginalsGo(copy: Upload): void {
    inTransaction(this.#db, () => this.#copies.letOriginalsGo(copy))
  }

  /** An account can be reached again (null: any may be): what waits to try again is due now. */
  makeDue(accountId: string | null): void {
    this.#turns.makeDue(accountId)
  }

  /** For the janitor: the store still has to be told to drop it. */
  addOrphan({ accountId, bucket }: BucketOf, { key, uploadId, partBytes }: Multipart): void {
    this.#putOrphan.run(accountId, bucket, key, uploadId, partBytes)
  }

  /** Objects that a person deleted: their uploads are no longer done. @returns the frames that are different now. */
  markRemoved(accountId: string, bucket: string, keys: ReadonlyArray<string>): ReadonlyArray<string> {
    return this.#markAll(accountId, bucket, keys, (upload) =>
      upload.state.kind === 'done' ? { kind: 'cancelled' } : null
    )
  }

  /** The same objects given back from the trash: what was proved before is so again. */
  markRestored(accountId: string, bucket: string, keys: ReadonlyArray<string>): ReadonlyArray<string> {
    return this.#markAll(accountId, bucket, keys, (upload) => {
      const proof = upload.state.kind === 'cancelled' ? this.proofs.find(accountId, bucket, upload.key)?.proof : null
      return proof && proof.sha256 === upload.sha256 ? { kind: 'done', proof } : null
    })
  }

  #markAll(
    accountId: string,
    bucket: string,
    keys: ReadonlyArray<string>,
    mark: (upload: Upload) => UploadState | null
  ): ReadonlyArray<string> {
    return inTransaction(this.#db, () =>
      keys.flatMap((key) => {
        const row = this.#selectByKey.get(key, accountId, bucket, foldKey(key))
        const upload = row ? toUpload(row) : null
        const state = upload && mark(upload)
        if (!upload || !state) return []
        this.saveState(upload, state)
        return [upload.frameId]
      })
    )
  }

  recordPart(uploadId: string, part: SentPart): void {
    this.#insertPart.run(uploadId, part.number, part.sizeBytes, part.etag, part.md5)
  }

  /** Before parts are sent again: a failure then may cost the store the copies that it had (r2-facts §3). */
  forgetParts(uploadId: string, numbers: Iterable<number>): void {
    inTransaction(this.#db, () => {
      for (const number of numbers) this.#forgetPart.run(uploadId, number)
    })
  }

  recordedParts(uploadId: string): ReadonlyArray<SentPart> {
    return this.#selectParts.all(uploadId).map((row) => ({
      number: Number(row['number']),
      sizeBytes: Number(row['size_bytes']),
      etag: String(row['etag']),
      md5: row['md5'] === null ? null : String(row['md5'])
    }))
  }

  /** Accounts that have orphans. */
  orphanAccounts(): ReadonlyArray<string> {
    return this.#selectOrphanAccounts.all().map((row) => String(row['account_id']))
  }

  /** Those of one bucket, and those of the account of which the bucket is not known. */
  orphans({ accountId, bucket }: BucketOf, limit: number): ReadonlyArray<Orphan> {
    return this.#selectOrphans.all(accountId, bucket, limit).map(toOrphan)
  }

  dropOrphan(orphan: Orphan): void {
    this.#dropOrphan.run(orphan.accountId, orphan.multipart.uploadId)
  }
}

function byOrdinal(one: Upload, other: Upload): number {
  return one.ordinal - other.ordinal
}
