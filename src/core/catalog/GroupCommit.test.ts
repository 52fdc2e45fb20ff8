import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GroupCommit } from './GroupCommit.ts'

let folder: string
let db: DatabaseSync
let other: DatabaseSync
let commits: GroupCommit
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silverdrop-commit-'))
  const path = join(folder, 'a.sqlite')
  db = new DatabaseSync(path)
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE notes (text TEXT NOT NULL UNIQUE) STRICT')
  other = new DatabaseSync(path)
  commits = new GroupCommit(db)
})
afterEach(async () => {
  if (db.isOpen) db.close()
  other.close()
  await rm(folder, { recursive: true })
})

const note = (text: string) => () => {
  db.prepare('INSERT INTO notes VALUES (?)').run(text)
  return text
}
/** What another process would see: committed, and nothing else. */
const committed = () =>
  other
    .prepare('SELECT text FROM notes ORDER BY text')
    .all()
    .map((row) => row['text'])

describe('GroupCommit', () => {
  it('goes on when the change is committed, and not before', async () => {
    const running = commits.run(note('a'))
    expect(committed()).toEqual([])
    expect(await running).toBe('a')
    expect(committed()).toEqual(['a'])
  })

  it('tells whoever wants to know in the moment of the commit, and nobody of what was taken back', async () => {
    const kept: unknown[] = []
    const tell = (text: string) => void kept.push(text, committed())
    const failing = commits.run(() => {
      throw new Error('thought better of it')
    }, tell)
    const running = commits.run(note('a'), tell)
    commits.flush()
    expect(kept).toEqual(['a', ['a']])
    await expect(failing).rejects.toThrow('thought better of it')
    expect(await running).toBe('a')
  })

  it('commits what was asked for together as one transaction', async () => {
    const before = Number(other.prepare('PRAGMA data_version').get()?.['data_version'])
    await Promise.all(Array.from({ length: 40 }, (_, index) => commits.run(note(`n${index}`))))
    expect(committed()).toHaveLength(40)
    // Rises with each commit that another connection makes.
    expect(Number(other.prepare('PRAGMA data_version').get()?.['data_version']) - before).toBe(1)
  })

  it('takes back a change that throws, alone and whole', async () => {
    const half = () => {
      note('half')()
      throw new Error('thought better of it')
    }
    const results = await Promise.allSettled([commits.run(note('a')), commits.run(half), commits.run(note('b'))])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(committed()).toEqual(['a', 'b'])
  })

  it('fails all of them where the transaction fails, and works again afterwards', async () => {
    const pages = Number(db.prepare('PRAGMA page_count').get()?.['page_count'])
    db.exec(`PRAGMA max_page_count = ${pages}`) // as on a full disk
    const large = 'x'.repeat(100_000)
    const results = await Promise.allSettled([commits.run(note('small')), commits.run(note(large))])
    const codes = results.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
    expect(codes).toContain('disk-full')
    db.exec('PRAGMA max_page_count = 1000000')
    expect(await commits.run(note('later'))).toBe('later')
    expect(committed()).not.toContain(large)
  })

  it('flushes what waits at once when asked to', async () => {
    const running = commits.run(note('now'))
    commits.flush()
    expect(committed()).toEqual(['now'])
    await running
  })
})
