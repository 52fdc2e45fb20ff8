import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Proof, proofSchema } from '../../shared/model/frame.ts'

/** What is known of one object, whatever became of the frame that it was made of. */
export type StoredProof = {
  readonly accountId: string
  readonly bucket: string
  readonly key: string
  readonly proof: Proof
  readonly sourceSha256: string
  readonly outputId: string
  readonly frameId: string
}

/** What shows that objects are the bytes that were meant. */
export class CatalogProofs {
  readonly #put: StatementSync
  readonly #select: StatementSync
  readonly #selectAny: StatementSync
  readonly #selectBelow: StatementSync
  readonly #selectOfFrame: StatementSync

  constructor(db: DatabaseSync) {
    this.#put = db.prepare(
      `INSERT OR REPLACE INTO proofs
         (account_id, bucket, key, size_bytes, sha256, etag, how, source_sha256, output_id, frame_id, proved_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
    )
    this.#select = db.prepare('SELECT * FROM proofs WHERE account_id = ? AND bucket = ? AND key = ?')
    this.#selectAny = db.prepare('SELECT 1 FROM proofs WHERE account_id = ? AND bucket = ? AND key = ?')
    this.#selectBelow = db.prepare(
      `SELECT key, etag, frame_id FROM proofs WHERE account_id = ? AND bucket = ? AND key >= ? AND key < ?
       AND instr(substr(key, ?), '/') = 0`
    )
    this.#selectOfFrame = db.prepare(
      'SELECT key FROM proofs WHERE account_id = ? AND bucket = ? AND key >= ? AND key < ? AND frame_id = ?'
    )
  }

  /** The newest proof of an object takes the place of an older one. */
  put({ accountId, bucket, key, proof, sourceSha256, outputId, frameId }: StoredProof): void {
    const { sizeBytes, sha256, etag, how, provedAtMs } = proof
    this.#put.run(accountId, bucket, key, sizeBytes, sha256, etag, how, sourceSha256, outputId, frameId, provedAtMs)
  }

  /** Whether there is one, even if it does not parse. */
  has(accountId: string, bucket: string, key: string): boolean {
    return this.#selectAny.get(accountId, bucket, key) !== undefined
  }

  /** @returns null if there is none, or none that parses. */
  find(accountId: string, bucket: string, key: string): StoredProof | null {
    const row = this.#select.get(accountId, bucket, key)
    if (!row) return null
    const proof = proofSchema.safeParse({
      sizeBytes: row['size_bytes'],
      sha256: row['sha256'],
      etag: row['etag'],
      provedAtMs: row['proved_at_ms'],
      how: row['how']
    })
    if (!proof.success) return null
    return {
      accountId,
      bucket,
      key,
      proof: proof.data,
      sourceSha256: String(row['source_sha256']),
      outputId: String(row['output_id']),
      frameId: String(row['frame_id'])
    }
  }

  /** ETag and frame of the proved objects directly below a prefix, by key. */
  below(
    accountId: string,
    bucket: string,
    prefix: string
  ): ReadonlyMap<string, { readonly etag: string; readonly frameId: string }> {
    const characters = [...prefix].length // SQLite counts characters, JavaScript counts UTF-16 units
    // In the order of keys nothing that begins with the prefix comes after the prefix and the highest character.
    const rows = this.#selectBelow.all(accountId, bucket, prefix, `${prefix}\u{10ffff}`, characters + 1)
    return new Map(
      rows.map((row) => [String(row['key']), { etag: String(row['etag']), frameId: String(row['frame_id']) }])
    )
  }

  /** Keys with that beginning under which a frame was proved, now or in an earlier version. */
  keysOfFrame(
    { accountId, bucket, frameId }: Pick<StoredProof, 'accountId' | 'bucket' | 'frameId'>,
    prefix: string
  ): ReadonlyArray<string> {
    const rows = this.#selectOfFrame.all(accountId, bucket, prefix, `${prefix}\u{10ffff}`, frameId)
    return rows.map((row) => String(row['key']))
  }
}
