import { randomUUID } from 'node:crypto'
import { copyFileSync, existsSync, rmSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { AppError } from '../../shared/errors.ts'
import { collectionRulesSchema } from '../../shared/model/collection.ts'
import { ORIGINAL, type Output } from '../../shared/model/output.ts'
import { frameFactsSchema } from '../images/FrameFacts.ts'
import { foldKey } from '../shots/suffixKey.ts'
import { CatalogFrames } from './CatalogFrames.ts'
import { CatalogUploads } from './CatalogUploads.ts'
import { type Row, readJson } from './columns.ts'
import { copyRows, lastingTables } from './copyRows.ts'
import { mendReferences } from './mendReferences.ts'
import { openCatalog } from './openCatalog.ts'
import type { Upload } from './records.ts'

/** Beside frames: rows that are never deleted, or outlive their frame. What an older copy has of them is true still. */
const KEPT_FOR_EVER = ['collections', 'proofs']

/**
 * Completes a catalog that was saved from a damaged one: from the last backup, from what rows say of each other, and for
 * what was under way by beginning it again. Objects that are in the bucket already are found there, not sent twice.
 *
 * @param lossy Tables of which rows were lost.
 */
export function fillGaps(fresh: DatabaseSync, backupPath: string, lossy: ReadonlySet<string>): void {
  addFromBackup(fresh, backupPath, lossy)
  mendReferences(fresh, Date.now())
  if (lossy.has('uploads')) {
    restoreProved(fresh)
    restartUnfinished(fresh)
  }
  claimKeys(fresh)
}

function addFromBackup(fresh: DatabaseSync, backupPath: string, lossy: ReadonlySet<string>): void {
  if (!existsSync(backupPath)) return
  const copyPath = `${backupPath}.read` // opening brings it up to today, and the backup stays as it is
  try {
    copyFileSync(backupPath, copyPath)
    const backup = openCatalog(copyPath)
    try {
      takeOver(backup, fresh, lossy)
    } finally {
      backup.close()
    }
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'record-damaged')) throw error // both files: then there is none
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(copyPath + suffix, { force: true })
  }
}

/** Of uploads only those that cannot have changed since: of frames that came back with them, or done like their frame. */
function takeOver(backup: DatabaseSync, fresh: DatabaseSync, lossy: ReadonlySet<string>): void {
  const returned = new Set<unknown>()
  const frameIsDone = fresh.prepare("SELECT 1 FROM frames WHERE id = ? AND status = 'done'")
  const isTrueStill = ({ frame_id, status }: Row) =>
    returned.has(frame_id) || (status === 'done' && frameIsDone.get(String(frame_id)) !== undefined)
  for (const table of lastingTables(backup)) {
    if (!lossy.has(table.name)) continue
    if (table.name === 'frames') copyRows(backup, fresh, table, { onKept: ({ id }) => returned.add(id) })
    else if (table.name === 'uploads') copyRows(backup, fresh, table, { isWanted: isTrueStill })
    else if (KEPT_FOR_EVER.includes(table.name)) copyRows(backup, fresh, table)
  }
}

/** Uploads of frames that are done, made again from what proves their objects. */
function restoreProved(fresh: DatabaseSync): void {
  const uploads = new CatalogUploads(fresh)
  const lost = fresh.prepare(
    `SELECT proofs.account_id, proofs.bucket, proofs.key, proofs.output_id, frames.id, frames.seq, frames.facts, rules, max(proved_at_ms)
     FROM proofs JOIN frames ON frames.id = proofs.frame_id JOIN collections ON collections.id = frames.collection_id
     WHERE frames.status = 'done' AND (frames.sha256 IS NULL OR frames.sha256 = proofs.source_sha256)
     AND NOT EXISTS (SELECT 1 FROM uploads WHERE frame_id = frames.id AND uploads.output_id = proofs.output_id)
     GROUP BY frames.id, proofs.output_id`
  )
  const restored = lost.all().flatMap((row) => toProvedUpload(row, uploads) ?? [])
  uploads.addForFrame(restored, () => {})
}

/** @returns null if the row tells too little. */
function toProvedUpload(row: Row, { proofs }: CatalogUploads): Upload | null {
  const rules = readJson(collectionRulesSchema, row['rules'])
  const facts = readJson(frameFactsSchema, row['facts'])
  const key = String(row['key'])
  const stored = proofs.find(String(row['account_id']), String(row['bucket']), key)
  const outputs: ReadonlyArray<Output> = rules?.outputs ?? [ORIGINAL]
  const ordinal = outputs.findIndex(({ id }) => id === row['output_id'])
  const output = outputs[ordinal]
  if (!stored || !output) return null
  // A file that told no position went itself, whatever the rules ask for.
  const isFileItself = output.kind === 'original' && stored.sourceSha256 === stored.proof.sha256
  const isSource = output.kind === 'original' || output.format === 'keep'
  return {
    id: randomUUID(),
    frameId: String(row['id']),
    frameSeq: Number(row['seq']),
    ordinal,
    output: isFileItself ? ORIGINAL : output,
    accountId: stored.accountId,
    bucket: stored.bucket,
    baseKey: key,
    key,
    keyNumber: 1,
    state: { kind: 'done', proof: stored.proof },
    spoolPath: null,
    sizeBytes: stored.proof.sizeBytes,
    sha256: stored.proof.sha256,
    widthPx: null,
    heightPx: null,
    contentType: isSource ? (facts?.contentType ?? 'application/octet-stream') : `image/${output.format}`,
    replaces: null
  }
}

/**
 * A frame under way with fewer uploads than its like in the collection has lost some; one that is done and has none left
 * has nothing that shows it. Both begin again. What a person stopped, or has to look at, stays.
 */
function restartUnfinished(fresh: DatabaseSync): void {
  const frames = new CatalogFrames(fresh)
  const short = fresh.prepare(
    `WITH counted AS MATERIALIZED (
       SELECT frames.id, frames.status, frames.collection_id, facts ->> '$.kind' AS kind, count(uploads.id) AS uploads
       FROM frames LEFT JOIN uploads ON uploads.frame_id = frames.id
       WHERE facts IS NOT NULL AND json_valid(facts) GROUP BY frames.id
     ), most AS (SELECT collection_id, kind, max(uploads) AS uploads FROM counted GROUP BY collection_id, kind)
     SELECT id FROM counted JOIN most USING (collection_id, kind)
     WHERE (status IN ('waiting', 'working') AND counted.uploads < most.uploads)
     OR (status IN ('waiting', 'working', 'done') AND counted.uploads = 0)`
  )
  for (const { id } of short.all()) frames.restart(String(id))
}

/** Each upload has its key, whatever became of the row that said so, and nobody else's stands in its way. */
function claimKeys(fresh: DatabaseSync): void {
  fresh.exec('DELETE FROM object_keys WHERE upload_id NOT IN (SELECT id FROM uploads)')
  const put = fresh.prepare(
    'INSERT OR IGNORE INTO object_keys (account_id, bucket, folded, key, upload_id) VALUES (?, ?, ?, ?, ?)'
  )
  for (const { account_id, bucket, key, id } of fresh.prepare('SELECT account_id, bucket, key, id FROM uploads').all())
    put.run(String(account_id), String(bucket), foldKey(String(key)), String(key), String(id))
}
