import { fork } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { AppError } from '../../shared/errors.ts'
import { CatalogBackup } from './CatalogBackup.ts'
import { CatalogCollections } from './CatalogCollections.ts'
import { CatalogFrames } from './CatalogFrames.ts'
import { CatalogUploads } from './CatalogUploads.ts'
import { holdCatalog } from './holdCatalog.ts'
import { backupPathOf, markDamaged } from './mendCatalog.ts'
import { migrations, openCatalog } from './openCatalog.ts'
import { type TakenCatalog, takeCatalog } from './takeCatalog.ts'
import { leavesOf, zeroPages } from './testing/damage.ts'
import { fillCatalog } from './testing/fillCatalog.ts'

let home: string
let path: string
let damages: AppError[]

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'silverdrop-catalog-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  path = join(home, 'catalog.sqlite')
  damages = []
})

function take(leads = true): TakenCatalog {
  const taken = takeCatalog(path, { leads, onDamage: (error) => damages.push(error) })
  onTestFinished(() => {
    if (taken.db.isOpen) taken.close()
  })
  return taken
}

/** A catalog with rows, closed. */
function fill(frames: number): ReadonlyArray<string> {
  const db = openCatalog(path)
  const ids = fillCatalog(db, frames)
  db.close()
  return ids
}

const rowsOf = ({ db }: Pick<TakenCatalog, 'db'>, table: string) =>
  Number(db.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows'])

/** Files beside the catalog that were set aside. */
const asides = () => readdirSync(home).filter((name) => name.includes('.damaged-'))

function requireSound({ db }: Pick<TakenCatalog, 'db'>): void {
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  expect(db.prepare('PRAGMA foreign_key_check').all()).toEqual([])
}

/** Each frame of a saved catalog can go on: it is done with its uploads, or waits for something that is there. */
function requireUsable(taken: TakenCatalog): void {
  requireSound(taken)
  const uploads = new CatalogUploads(taken.db)
  const frames = new CatalogFrames(taken.db)
  for (const { id } of new CatalogCollections(taken.db).list().collections) {
    frames.recover(id)
    uploads.recover(id)
  }
  const stuck = taken.db
    .prepare(
      `SELECT id FROM frames WHERE work IS NULL AND NOT EXISTS (
         SELECT 1 FROM uploads WHERE frame_id = frames.id AND (work IS NOT NULL OR status = 'done'))`
    )
    .all()
  expect(stuck).toEqual([])
  const unclaimed = taken.db
    .prepare('SELECT key FROM uploads WHERE id NOT IN (SELECT upload_id FROM object_keys)')
    .all()
  expect(unclaimed).toEqual([])
}

describe('takeCatalog', { timeout: 120_000 }, () => {
  it('makes a catalog where there is none, and opens it again without a word', () => {
    const first = take()
    expect(first.mended).toBeNull()
    fillCatalog(first.db, 10)
    first.close()
    const second = take()
    expect(second.mended).toBeNull()
    expect(rowsOf(second, 'frames')).toBe(10)
    expect(asides()).toEqual([])
  })

  it('sets a file of garbage aside, byte by byte, and begins anew', () => {
    const garbage = Buffer.from('These are notes about a wedding, longer than the header of a database. '.repeat(90))
    writeFileSync(path, garbage)
    const taken = take()
    expect(taken.mended).toMatchObject({ frames: 0, isWhole: false })
    expect(readFileSync(taken.mended?.asideAt ?? '').equals(garbage)).toBe(true)
    expect(basename(taken.mended?.asideAt ?? '')).toMatch(
      /^catalog\.sqlite\.damaged-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z$/
    )
    expect(rowsOf(taken, 'frames')).toBe(0)
  })

  it('leaves a folder in its place alone, and says so', () => {
    mkdirSync(path)
    expect(() => take()).toThrow(expect.objectContaining({ code: 'file-unreadable' }))
    expect(asides()).toEqual([])
  })

  it('leaves alone what a newer Silverdrop wrote', () => {
    const newer = openCatalog(path)
    newer.exec(`PRAGMA user_version = ${migrations.length + 1}`)
    newer.close()
    expect(() => take()).toThrow(expect.objectContaining({ code: 'internal' }))
    expect(asides()).toEqual([])
  })

  it('makes nothing of an empty file that never held a row', () => {
    writeFileSync(path, '')
    expect(take().mended).toBeNull()
  })

  it('saves the rows before and behind zeroed pages of each table, and restarts only what was under way', () => {
    const ids = fill(3_000)
    markDamaged(path)
    const damaged = ['frames', 'uploads', 'proofs', 'object_keys', 'parts'].flatMap((table) => {
      const leaves = leavesOf(path, table)
      return leaves[Math.floor(leaves.length / 2)] ?? []
    })
    zeroPages(path, damaged)
    const before = readFileSync(path)
    const taken = take()
    expect(taken.mended?.isWhole).toBe(false)
    expect(readFileSync(taken.mended?.asideAt ?? '').equals(before)).toBe(true)
    requireUsable(taken)
    const frames = rowsOf(taken, 'frames')
    expect(frames).toBeLessThan(ids.length)
    expect(frames).toBeGreaterThan(ids.length - 20) // a page holds some eight frames
    const byStatus = taken.db.prepare("SELECT count(*) AS rows FROM frames WHERE status = 'done'").get()
    expect(Number(byStatus?.['rows'])).toBeGreaterThan(0.8 * frames - 20)
    const bare = taken.db
      .prepare("SELECT count(*) AS rows FROM frames WHERE status = 'done' AND id NOT IN (SELECT frame_id FROM uploads)")
      .get()
    expect(bare).toEqual({ rows: 0 })
  })

  it('makes the uploads of frames that are done again from their proofs', () => {
    fill(400)
    markDamaged(path)
    zeroPages(path, leavesOf(path, 'uploads'))
    const taken = take()
    requireUsable(taken)
    const done = taken.db.prepare("SELECT id FROM frames WHERE status = 'done'").all()
    expect(done).toHaveLength(320)
    const uploads = new CatalogUploads(taken.db)
    for (const { id } of done) {
      const restored = uploads.ofFrame(String(id))
      expect(restored.map(({ output, state }) => [output.id, state.kind])).toEqual([
        ['original', 'done'],
        ['web', 'done']
      ])
      expect(restored.map(({ state }) => state.kind === 'done' && state.proof.etag)).toEqual(
        restored.map(({ key }) => `etag-${key}`)
      )
    }
    expect(taken.db.prepare("SELECT DISTINCT work FROM frames WHERE status <> 'done'").all()).toEqual([
      { work: 'prepare' }
    ])
  })

  it('saves what a truncated file still holds', () => {
    fill(3_000)
    truncateSync(path, Math.floor(statSync(path).size / 8192) * 4096)
    markDamaged(path)
    const taken = take()
    expect(taken.mended?.frames).toBeGreaterThan(1_000)
    requireUsable(taken)
  })

  it('puts frames whose collection is lost into one that stands in for it', () => {
    fill(100)
    markDamaged(path)
    zeroPages(path, leavesOf(path, 'collections'))
    const taken = take()
    expect(taken.mended).toMatchObject({ frames: 100, collections: 1, isWhole: false })
    requireUsable(taken)
    const [collection] = new CatalogCollections(taken.db).list().collections
    expect(collection).toMatchObject({ kind: 'drop', name: 'Recovered files', accountId: 'studio' })
    expect(taken.db.prepare("SELECT count(*) AS rows FROM frames WHERE status = 'done'").get()).toEqual({ rows: 80 })
  })

  it('reads the log of a damaged file too', () => {
    const db = openCatalog(path)
    fillCatalog(db, 100)
    const logged = ['', '-wal'].map((suffix) => [suffix, readFileSync(path + suffix)] as const)
    db.close()
    for (const [suffix, bytes] of logged) writeFileSync(path + suffix, bytes) // as a kill leaves them
    markDamaged(path)
    const taken = take()
    expect(taken.mended).toMatchObject({ frames: 100, collections: 1, isWhole: true })
    expect(asides().map((name) => name.replace(/.*Z/, ''))).toContain('-wal')
    requireUsable(taken)
  })

  it('takes over rows of an older version as the migrations would', () => {
    const old = openCatalog(path, 1)
    old.exec(
      `INSERT INTO collections (id, kind, name, account_id, prefix, rules, created_at_ms) VALUES ('c', 'drop', 'Old', 'studio', '', '{}', 1)`
    )
    old.exec(
      `INSERT INTO frames (id, collection_id, number, path, relative_path, size_bytes, mtime_ns, inode, status)
       VALUES ('f', 'c', 1, '/a.jpg', 'a.jpg', 5, '1800000000000000000', '1', 'waiting')`
    )
    old.exec(
      `INSERT INTO uploads (id, frame_id, frame_seq, ordinal, output, output_id, account_id, bucket, base_key, key, key_number, state, status, content_type)
       VALUES ('u', 'f', 1, 0, '{}', 'original', 'studio', 'photos', 'a.jpg', 'a.jpg', 1, '{}', 'waiting', 'image/jpeg')`
    )
    old.close()
    markDamaged(path)
    const taken = take()
    expect(taken.mended).toMatchObject({ frames: 1, isWhole: true })
    expect(taken.db.prepare('SELECT collection_id FROM uploads').all()).toEqual([{ collection_id: 'c' }])
  })

  it('finishes a mending that was cut off before the new file had its place', () => {
    fill(50)
    openCatalog(path).close()
    copyFileSync(path, `${path}.mended`)
    renameSync(path, `${path}.half-way`) // as if the damaged file had been moved and the new one not yet
    const taken = take()
    expect(taken.mended).toMatchObject({ frames: 50, collections: 1 })
    expect(existsSync(`${path}.mended`)).toBe(false)
    requireUsable(taken)
  })

  it('tells damage that is met in use, and mends it at the next start', () => {
    fill(2_000)
    const leaves = leavesOf(path, 'frames')
    zeroPages(path, leaves.slice(100, 102))
    const taken = take()
    expect(() => taken.db.prepare('SELECT * FROM frames').all()).toThrow(
      expect.objectContaining({ code: 'record-damaged' })
    )
    expect(damages).toMatchObject([{ code: 'record-damaged' }])
    taken.close()
    const next = take()
    expect(next.mended?.frames).toBeGreaterThan(1_900)
    requireUsable(next)
  })

  it('waits to mend until nobody else uses the catalog, and touches nothing meanwhile', () => {
    fill(10)
    const other = take(false)
    markDamaged(path)
    expect(() => take()).toThrow(expect.objectContaining({ code: 'already-running' }))
    expect(asides()).toEqual([])
    other.close()
    expect(take().mended).toMatchObject({ frames: 10, isWhole: true })
  })
})

describe('a backup', () => {
  const noon = Date.now()

  it('is made once a day, and gives back what cannot be read', async () => {
    const first = take()
    fillCatalog(first.db, 500)
    const backup = new CatalogBackup(first.db, path)
    await backup.makeIfDue(noon)
    const madeAt = statSync(backupPathOf(path)).mtimeMs
    await backup.makeIfDue(noon + 1_000)
    expect(statSync(backupPathOf(path)).mtimeMs).toBe(madeAt)
    await backup.close()
    first.close()
    writeFileSync(path, 'nothing but this is left of it'.repeat(200))
    const taken = take()
    expect(taken.mended).toMatchObject({ frames: 500, collections: 1, isWhole: false })
    requireUsable(taken)
    expect(taken.db.prepare("SELECT count(*) AS rows FROM uploads WHERE status = 'done'").get()).toEqual({ rows: 800 })
  })

  it('gives back a collection to the frames that were added after it was made', async () => {
    const first = take()
    fillCatalog(first.db, 10)
    await new CatalogBackup(first.db, path).makeIfDue(noon)
    const [collection] = new CatalogCollections(first.db).list().collections
    const file = { path: '/later.jpg', relativePath: 'later.jpg', sizeBytes: 1, mtimeNs: 1n, ino: 1n, dev: 1n }
    new CatalogFrames(first.db).addMany(collection?.id ?? '', [file], { isPaused: false })
    first.close()
    markDamaged(path)
    zeroPages(path, leavesOf(path, 'collections'))
    const taken = take()
    expect(taken.mended).toMatchObject({ frames: 11, collections: 1 })
    expect(new CatalogCollections(taken.db).list().collections).toEqual([collection])
    requireUsable(taken)
  })

  it('that is damaged itself is no reason not to start', () => {
    for (const file of [path, backupPathOf(path)]) writeFileSync(file, 'no database at all '.repeat(500))
    expect(take().mended).toMatchObject({ frames: 0, isWhole: false })
  })

  it('stands in for a catalog that is empty all of a sudden', async () => {
    const first = take()
    fillCatalog(first.db, 20)
    const backup = new CatalogBackup(first.db, path)
    await backup.makeIfDue(noon)
    first.close()
    truncateSync(path, 0)
    expect(take().mended).toMatchObject({ frames: 20 })
  })

  it('adds only what is missing: rows that are newer in the damaged file stay', async () => {
    const first = take()
    const [, , , , , , , , sending = ''] = fillCatalog(first.db, 500)
    const backup = new CatalogBackup(first.db, path)
    await backup.makeIfDue(noon)
    new CatalogFrames(first.db).setStatus(sending, 'cancelled', null)
    first.close()
    markDamaged(path)
    zeroPages(path, leavesOf(path, 'frames').slice(-3, -1))
    const taken = take()
    expect(taken.mended).toMatchObject({ frames: 500, isWhole: false })
    expect(new CatalogFrames(taken.db).statusOf(sending)).toBe('cancelled')
    requireUsable(taken)
  })

  it('does not replace a good one by a copy of a damaged catalog, and tells the damage', async () => {
    const first = take()
    fillCatalog(first.db, 2_000)
    await new CatalogBackup(first.db, path).makeIfDue(noon)
    first.close()
    const good = readFileSync(backupPathOf(path))
    zeroPages(path, leavesOf(path, 'uploads').slice(5, 6))
    const second = take()
    await new CatalogBackup(second.db, path).makeIfDue(noon + 100 * 60 * 60_000)
    expect(damages).toMatchObject([{ code: 'record-damaged' }])
    expect(readFileSync(backupPathOf(path)).equals(good)).toBe(true)
  })

  it('can be ended half-way', async () => {
    const first = take()
    fillCatalog(first.db, 3_000)
    const backup = new CatalogBackup(first.db, path)
    const made = backup.makeIfDue(noon)
    await backup.close()
    await made
    expect(existsSync(backupPathOf(path))).toBe(false)
  })
})

describe('holdCatalog', () => {
  it('lets many share and one of them lead, and one alone', () => {
    const shared = holdCatalog(path, 'shared', 0)
    const leading = holdCatalog(path, 'leading', 0)
    expect(holdCatalog(path, 'leading', 0)).toBeNull()
    expect(holdCatalog(path, 'alone', 0)).toBeNull()
    const another = holdCatalog(path, 'shared', 0)
    for (const hold of [shared, leading, another]) hold?.release()
    const alone = holdCatalog(path, 'alone', 0)
    expect(holdCatalog(path, 'shared', 0)).toBeNull()
    alone?.release()
    holdCatalog(path, 'shared', 0)?.release()
  })

  it('is given back by the system when its process is killed', async () => {
    const holder = fork(join(import.meta.dirname, 'testing', 'catalogHolder.ts'), [path])
    await once(holder, 'message')
    expect(holdCatalog(path, 'leading', 0)).toBeNull()
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    const hold = holdCatalog(path, 'leading', 0)
    expect(hold).not.toBeNull()
    hold?.release()
  })
})
