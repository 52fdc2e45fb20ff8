import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Proof } from '../../shared/model/frame.ts'
import { ORIGINAL, outputSchema } from '../../shared/model/output.ts'
import type { Multipart, SentPart } from '../store/ObjectStore.ts'
import { frameStatusOf } from '../transfer/frameStatus.ts'
import { multipartOf, transition, type UploadState, uploadStateSchema } from '../transfer/UploadState.ts'
import { inTransaction } from './openCatalog.ts'
import type { Upload, UploadWork } from './records.ts'

type Row = Record<string, unknown>

/** A multipart upload of an account that the store still has to be told to drop. */
export type Orphan = { readonly accountId: string; readonly multipart: Multipart }

export type StoredProof = Proof & {
  readonly key: string
  readonly sourceSha256: string
  readonly outputId: string
  readonly frameId: string
}

/** Objects on their way, their parts, their keys and, in the end, their proofs. */
export class CatalogUploads {
  readonly #db: DatabaseSync
  readonly #insert: StatementSync
  readonly #select: StatementSync
  readonly #selectOfFrame: StatementSync
  readonly #update: StatementSync
  readonly #setFrameStatus: StatementSync
  readonly #takeRender: StatementSync
  readonly #takeSend: StatementSync
  readonly #nextDue: StatementSync
  readonly #clearWork: StatementSync
  readonly #setRendered: StatementSync
  readonly #setDigest: StatementSync
  readonly #setKey: StatementSync
  readonly #dropSpool: StatementSync
  readonly #countSpooled: StatementSync
  readonly #makeDue: StatementSync
  readonly #findKey: StatementSync
  readonly #putKey: StatementSync
  readonly #selectByKey: StatementSync
  readonly #insertPart: StatementSync
  readonly #selectParts: StatementSync
  readonly #dropParts: StatementSync
  readonly #putOrphan: StatementSync
  readonly #selectOrphans: StatementSync
  readonly #dropOrphan: StatementSync
  readonly #putProof: StatementSync
  readonly #selectProof: StatementSync
  readonly #selectProofsBelow: StatementSync
  readonly #selectPreviewOwner: StatementSync
  readonly #selectUnfinished: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#insert = db.prepare(
      `INSERT INTO uploads (id, frame_id, frame_seq, ordinal, output, output_id, account_id, bucket, base_key, key,
         key_number, state, status, work, size_bytes, sha256, content_type, replaces)
       VALUES ($id, $frameId, $frameSeq, $ordinal, $output, $outputId, $accountId, $bucket, $baseKey, $key,
         $keyNumber, $state, $status, $work, $sizeBytes, $sha256, $contentType, $replaces)`
    )
    this.#select = db.prepare('SELECT * FROM uploads WHERE id = ?')
    this.#selectOfFrame = db.prepare('SELECT * FROM uploads WHERE frame_id = ? ORDER BY ordinal')
    this.#update = db.prepare('UPDATE uploads SET state = ?, status = ?, work = ?, due_at_ms = ? WHERE id = ?')
    this.#setFrameStatus = db.prepare('UPDATE frames SET status = ? WHERE id = ? AND status <> ?')
    this.#takeRender = db.prepare(
      `SELECT uploads.* FROM uploads JOIN frames ON frames.id = uploads.frame_id
       JOIN claims ON claims.collection_id = frames.collection_id AND claims.session = ?
       WHERE uploads.work = 'render' AND due_at_ms <= ? ORDER BY due_at_ms, frame_seq, ordinal LIMIT ?`
    )
    this.#takeSend = db.prepare(
      `SELECT uploads.* FROM uploads JOIN frames ON frames.id = uploads.frame_id
       JOIN claims ON claims.collection_id = frames.collection_id AND claims.session = ?
       WHERE uploads.work = 'send' AND due_at_ms <= ? AND account_id NOT IN (SELECT value FROM json_each(?))
       ORDER BY due_at_ms, frame_seq, ordinal LIMIT ?`
    )
    this.#nextDue = db.prepare('SELECT min(due_at_ms) AS due FROM uploads WHERE work IS NOT NULL AND due_at_ms > ?')
    this.#clearWork = db.prepare('UPDATE uploads SET work = NULL WHERE id = ?')
    this.#setRendered = db.prepare(
      'UPDATE uploads SET spool_path = ?, size_bytes = ?, width_px = ?, height_px = ?, content_type = ?, sha256 = NULL WHERE id = ?'
    )
    this.#setDigest = db.prepare('UPDATE uploads SET sha256 = ?, size_bytes = ? WHERE id = ?')
    this.#setKey = db.prepare('UPDATE uploads SET key = ?, key_number = ?, replaces = ? WHERE id = ?')
    this.#dropSpool = db.prepare('UPDATE uploads SET spool_path = NULL WHERE id = ?')
    this.#countSpooled = db.prepare(
      "SELECT count(*) AS spooled FROM uploads WHERE spool_path IS NOT NULL AND status IN ('waiting', 'retrying', 'sending')"
    )
    this.#makeDue = db.prepare(
      "UPDATE uploads SET due_at_ms = 0 WHERE work IS NOT NULL AND status = 'retrying' AND account_id = ?"
    )
    this.#findKey = db.prepare('SELECT upload_id FROM object_keys WHERE account_id = ? AND bucket = ? AND folded = ?')
    this.#putKey = db.prepare(
      `INSERT INTO object_keys (account_id, bucket, folded, key, upload_id) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (account_id, bucket, folded) DO UPDATE SET key = excluded.key, upload_id = excluded.upload_id`
    )
    this.#selectByKey = db.prepare(
      `SELECT uploads.* FROM object_keys JOIN uploads ON uploads.id = object_keys.upload_id
       WHERE object_keys.account_id = ? AND object_keys.bucket = ? AND object_keys.key = ?`
    )
    this.#insertPart = db.prepare(
      'INSERT OR REPLACE INTO parts (upload_id, number, size_bytes, etag, md5) VALUES (?, ?, ?, ?, ?)'
    )
    this.#selectParts = db.prepare('SELECT * FROM parts WHERE upload_id = ? ORDER BY number')
    this.#dropParts = db.prepare('DELETE FROM parts WHERE upload_id = ?')
    this.#putOrphan = db.prepare(
      'INSERT OR IGNORE INTO orphans (account_id, key, upload_id, part_bytes) VALUES (?, ?, ?, ?)'
    )
    this.#selectOrphans = db.prepare('SELECT * FROM orphans ORDER BY account_id, upload_id LIMIT ?')
    this.#dropOrphan = db.prepare('DELETE FROM orphans WHERE account_id = ? AND upload_id = ?')
    this.#putProof = db.prepare(
      `INSERT OR REPLACE INTO proofs (account_id, bucket, key, size_bytes, sha256, etag, source_sha256, output_id, frame_id, proved_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
    )
    this.#selectProof = db.prepare('SELECT * FROM proofs WHERE account_id = ? AND bucket = ? AND key = ?')
    this.#selectProofsBelow = db.prepare(
      `SELECT key, etag, frame_id FROM proofs WHERE account_id = ? AND bucket = ? AND key >= ? AND key < ?
       AND instr(substr(key, ?), '/') = 0`
    )
    this.#selectPreviewOwner = db.prepare('SELECT id FROM frames WHERE id = ? AND has_preview = 1')
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
          $work: workOf(upload),
          $sizeBytes: upload.sizeBytes,
          $sha256: upload.sha256,
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
    return this.#selectOfFrame.all(frameId).map(toUpload)
  }

  /**
   * Keeps a new state, and with it the status of the frame. A multipart upload that the new state no longer holds goes
   * to the orphans, so that the store is told; its parts are forgotten.
   */
  saveState(upload: Upload, state: UploadState): Upload {
    const next: Upload = { ...upload, state }
    inTransaction(this.#db, () => this.#save(upload, next))
    return next
  }

  /** The state "done" and the proof, in one step. */
  saveProof(upload: Upload, proof: Proof, sourceSha256: string): Upload {
    const next: Upload = { ...upload, state: transition(upload.state, { kind: 'proved', proof }) }
    inTransaction(this.#db, () => {
      const { accountId, bucket, key, output, frameId } = upload
      const { sizeBytes, sha256, etag, provedAtMs } = proof
      this.#putProof.run(accountId, bucket, key, sizeBytes, sha256, etag, sourceSha256, output.id, frameId, provedAtMs)
      this.#save(upload, next)
    })
    return next
  }

  #save(before: Upload, next: Upload): void {
    const dropped = multipartOf(before.state)
    const isFinished = next.state.kind === 'proving' || next.state.kind === 'done'
    if (dropped && multipartOf(next.state)?.uploadId !== dropped.uploadId) {
      if (!isFinished) this.#putOrphan.run(next.accountId, dropped.key, dropped.uploadId, dropped.partBytes)
      this.#dropParts.run(next.id)
    }
    const dueAtMs = next.state.kind === 'retrying' ? next.state.retryAtMs : 0
    this.#update.run(JSON.stringify(next.state), next.state.kind, workOf(next), dueAtMs, next.id)
    const states = this.ofFrame(next.frameId).map(({ state }) => state)
    if (states.length === 0) return // the frame began anew while this was under way
    const status = frameStatusOf(states)
    this.#setFrameStatus.run(status, next.frameId, status)
  }

  /** The next renditions to make; they are not given out again. */
  takeToRender(session: string, nowMs: number, limit: number): ReadonlyArray<Upload> {
    return this.#take(this.#takeRender.all(session, nowMs, limit))
  }

  /** The next objects to send, but none of the accounts named; they are not given out again. */
  takeToSend(
    session: string,
    nowMs: number,
    heldAccounts: ReadonlyArray<string>,
    limit: number
  ): ReadonlyArray<Upload> {
    return this.#take(this.#takeSend.all(session, nowMs, JSON.stringify(heldAccounts), limit))
  }

  #take(rows: ReadonlyArray<Row>): ReadonlyArray<Upload> {
    if (rows.length === 0) return []
    inTransaction(this.#db, () => {
      for (const row of rows) this.#clearWork.run(String(row['id']))
    })
    return rows.map(toUpload)
  }

  /** When the next waiting retry is due, Unix ms; null if none waits. */
  nextDueMs(nowMs: number): number | null {
    const due = this.#nextDue.get(nowMs)?.['due']
    return typeof due === 'number' ? due : null
  }

  /** After a start: what the last engine was doing gets its turn again. */
  recover(collectionId: string): void {
    for (const row of this.#selectUnfinished.all(collectionId)) {
      const upload = toUpload(row)
      this.saveState(upload, transition(upload.state, { kind: 'recovered' }))
    }
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

  setDigest(upload: Upload, sha256: string, sizeBytes: number): Upload {
    this.#setDigest.run(sha256, sizeBytes, upload.id)
    return { ...upload, sha256, sizeBytes }
  }

  /**
   * Takes a key for an upload unless another upload has it or a twin of it.
   *
   * @param folded The key without case and normalisation, see `shots/suffixKey.ts`.
   * @returns whether the upload has the key now.
   */
  claimKey(upload: Upload, key: string, folded: string): boolean {
    const owner = this.#findKey.get(upload.accountId, upload.bucket, folded)?.['upload_id']
    const isFree = owner === undefined || owner === upload.id
    if (isFree) this.#putKey.run(upload.accountId, upload.bucket, folded, key, upload.id)
    return isFree
  }

  /** The key that the upload goes to from now on; claim it first. */
  setKey(upload: Upload, target: Pick<Upload, 'key' | 'keyNumber' | 'replaces'>): Upload {
    const { key, keyNumber, replaces } = target
    this.#setKey.run(key, keyNumber, replaces, upload.id)
    return { ...upload, key, keyNumber, replaces }
  }

  /** Forgets the rendition on this computer: it is proved, or it is gone and has to be made again. */
  dropSpool(id: string): void {
    this.#dropSpool.run(id)
  }

  /** Renditions that are made and not yet sent. */
  countSpooled(): number {
    return Number(this.#countSpooled.get()?.['spooled'] ?? 0)
  }

  /** The account can be reached again: what waits to try again is due now. */
  makeDue(accountId: string): void {
    this.#makeDue.run(accountId)
  }

  /** For the janitor: the store still has to be told to drop it. */
  addOrphan(accountId: string, multipart: Multipart): void {
    this.#putOrphan.run(accountId, multipart.key, multipart.uploadId, multipart.partBytes)
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
      const proof = upload.state.kind === 'cancelled' ? this.findProof(accountId, bucket, upload.key) : null
      if (!proof || proof.sha256 !== upload.sha256) return null
      const { sizeBytes, sha256, etag, provedAtMs, how } = proof
      return { kind: 'done', proof: { sizeBytes, sha256, etag, provedAtMs, how } }
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
        const row = this.#selectByKey.get(accountId, bucket, key)
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

  recordedParts(uploadId: string): ReadonlyArray<SentPart> {
    return this.#selectParts.all(uploadId).map((row) => ({
      number: Number(row['number']),
      sizeBytes: Number(row['size_bytes']),
      etag: String(row['etag']),
      md5: row['md5'] === null ? null : String(row['md5'])
    }))
  }

  orphans(limit: number): ReadonlyArray<Orphan> {
    return this.#selectOrphans.all(limit).map((row) => ({
      accountId: String(row['account_id']),
      multipart: {
        key: String(row['key']),
        uploadId: String(row['upload_id']),
        partBytes: Number(row['part_bytes'])
      }
    }))
  }

  dropOrphan(orphan: Orphan): void {
    this.#dropOrphan.run(orphan.accountId, orphan.multipart.uploadId)
  }

  findProof(accountId: string, bucket: string, key: string): StoredProof | null {
    const row = this.#selectProof.get(accountId, bucket, key)
    if (!row) return null
    return {
      key,
      sizeBytes: Number(row['size_bytes']),
      sha256: String(row['sha256']),
      etag: String(row['etag']),
      provedAtMs: Number(row['proved_at_ms']),
      how: 'sent',
      sourceSha256: String(row['source_sha256']),
      outputId: String(row['output_id']),
      frameId: String(row['frame_id'])
    }
  }

  /** ETag and frame of the proved objects directly below a prefix, by key. */
  proofsBelow(
    accountId: string,
    bucket: string,
    prefix: string
  ): ReadonlyMap<string, { etag: string; frameId: string }> {
    // In the order of keys nothing that begins with the prefix comes after the prefix and the highest character.
    const rows = this.#selectProofsBelow.all(accountId, bucket, prefix, `${prefix}\u{10ffff}`, prefix.length + 1)
    return new Map(
      rows.map((row) => [String(row['key']), { etag: String(row['etag']), frameId: String(row['frame_id']) }])
    )
  }

  hasPreview(frameId: string): boolean {
    return this.#selectPreviewOwner.get(frameId) !== undefined
  }
}

/** What the upload waits for in its state. */
function workOf(upload: Upload): UploadWork {
  switch (upload.state.kind) {
    case 'waiting':
    case 'retrying':
      return upload.output.kind === 'rendition' && upload.spoolPath === null ? 'render' : 'send'
    case 'proving':
      return 'send'
    default:
      return null
  }
}

function toUpload(row: Row): Upload {
  const state = parseJson(uploadStateSchema, row['state'])
  const output = parseJson(outputSchema, row['output'])
  const isDamaged = state === null || output === null
  const detail = `Upload ${String(row['id'])} does not parse`
  return {
    id: String(row['id']),
    frameId: String(row['frame_id']),
    frameSeq: Number(row['frame_seq']),
    ordinal: Number(row['ordinal']),
    output: output ?? ORIGINAL,
    accountId: String(row['account_id']),
    bucket: String(row['bucket']),
    baseKey: String(row['base_key']),
    key: String(row['key']),
    keyNumber: Number(row['key_number']),
    // Set aside and shown: starting the frame anew writes a whole row again.
    state: isDamaged ? { kind: 'failed', problem: { code: 'record-damaged', detail } } : state,
    spoolPath: row['spool_path'] === null ? null : String(row['spool_path']),
    sizeBytes: row['size_bytes'] === null ? null : Number(row['size_bytes']),
    sha256: row['sha256'] === null ? null : String(row['sha256']),
    widthPx: row['width_px'] === null ? null : Number(row['width_px']),
    heightPx: row['height_px'] === null ? null : Number(row['height_px']),
    contentType: String(row['content_type']),
    replaces: row['replaces'] === null ? null : String(row['replaces'])
  }
}

function parseJson<T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
  text: unknown
): T | null {
  try {
    const parsed = schema.safeParse(JSON.parse(String(text)))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
