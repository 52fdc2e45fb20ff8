import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { inTransaction, migrations, openCatalog } from './openCatalog.ts'
import { toCatalogError } from './toCatalogError.ts'

let path: string

beforeEach(() => {
  const home = mkdtempSync(join(tmpdir(), 'silverdrop-catalog-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  path = join(home, 'deep', 'catalog.sqlite')
})

function open(): DatabaseSync {
  const db = openCatalog(path)
  onTestFinished(() => {
    if (db.isOpen) db.close()
  })
  return db
}

describe('openCatalog', () => {
  it('makes a catalog where there is none, folder included', () => {
    const db = open()
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.length })
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    expect(db.prepare('SELECT count(*) AS frames FROM frames').get()).toEqual({ frames: 0 })
  })

  it('opens it again with what is in it', () => {
    const first = open()
    first.exec(
      "INSERT INTO orphans (account_id, key, upload_id, part_bytes) VALUES ('studio', 'a.jpg', 'upload-1', 8388608)"
    )
    first.close()
    expect(open().prepare('SELECT key FROM orphans').all()).toEqual([{ key: 'a.jpg' }])
  })

  it('refuses what a newer Silverdrop wrote, and leaves it as it is', () => {
    const newer = open()
    newer.exec(`PRAGMA user_version = ${migrations.length + 1}`)
    newer.close()
    expect(() => openCatalog(path)).toThrow(
      expect.objectContaining({ code: 'internal', message: expect.stringContaining('newer Silverdrop') })
    )
    const db = new DatabaseSync(path)
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.length + 1 })
    db.close()
  })

  it('says that a file is no catalog', () => {
    open().close()
    rmSync(`${path}-wal`, { force: true })
    writeFileSync(
      path,
      'These are notes about a wedding, and they are longer than the header of a database. '.repeat(20)
    )
    expect(() => openCatalog(path)).toThrow(expect.objectContaining({ code: 'record-damaged' }))
  })

  it('says that a folder is in its place', () => {
    expect(() => openCatalog(join(path, '..', '..'))).toThrow(expect.objectContaining({ code: 'file-unreadable' }))
  })

  it('lets two processes make one catalog at the same time and write to it in turns', async () => {
    const writers = [1, 2].map((number) =>
      fork(join(import.meta.dirname, 'testing', 'catalogWriter.ts'), [path, `writer-${number}`, '200'])
    )
    expect(await Promise.all(writers.map((writer) => once(writer, 'exit')))).toEqual([
      [0, null],
      [0, null]
    ])
    const rows = open().prepare('SELECT account_id, count(*) AS orphans FROM orphans GROUP BY account_id').all()
    expect(rows).toEqual([
      { account_id: 'writer-1', orphans: 200 },
      { account_id: 'writer-2', orphans: 200 }
    ])
  })
})

describe('inTransaction', () => {
  it('keeps nothing of what fails, nested ones included', () => {
    const db = open()
    const insert = db.prepare("INSERT INTO orphans (account_id, key, upload_id, part_bytes) VALUES ('studio', ?, ?, 1)")
    const fail = () =>
      inTransaction(db, () => {
        insert.run('a', '1')
        inTransaction(db, () => insert.run('b', '2'))
        throw new Error('Stopped half-way')
      })
    expect(fail).toThrow('Stopped half-way')
    expect(db.prepare('SELECT * FROM orphans').all()).toEqual([])
    expect(db.isTransaction).toBe(false)
  })

  it('says that another process keeps the catalog locked', () => {
    const db = open()
    const other = open()
    db.exec('PRAGMA busy_timeout = 1')
    other.exec('BEGIN IMMEDIATE')
    expect(() => inTransaction(db, () => 1)).toThrow(expect.objectContaining({ code: 'already-running' }))
    other.exec('ROLLBACK')
    expect(inTransaction(db, () => 1)).toBe(1)
  })

  it('says that there is no more room, and goes on when there is', () => {
    const db = open()
    const { page_count } = db.prepare('PRAGMA page_count').get() ?? {}
    db.exec(`PRAGMA max_page_count = ${Number(page_count)}`)
    const insert = db.prepare("INSERT INTO orphans (account_id, key, upload_id, part_bytes) VALUES ('studio', ?, ?, 1)")
    const fill = () => inTransaction(db, () => insert.run('k'.repeat(100_000), 'upload'))
    expect(fill).toThrow(expect.objectContaining({ code: 'disk-full' }))
    db.exec('PRAGMA max_page_count = 1000000')
    expect(fill().changes).toBe(1)
  })
})

describe('toCatalogError', () => {
  it('leaves everything that is not about the file as it is', () => {
    const error = new Error('Something else')
    expect(toCatalogError(error, path)).toBe(error)
    expect(toCatalogError('text', path)).toBe('text')
    const constraint = Object.assign(new Error('UNIQUE constraint failed'), { errcode: 2067 })
    expect(toCatalogError(constraint, path)).toBe(constraint)
  })
})
