import { randomUUID } from 'node:crypto'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { AppError, type Problem } from '../../shared/errors.ts'
import { CatalogSettling } from '../catalog/CatalogSettling.ts'
import { CatalogVolumes } from '../catalog/CatalogVolumes.ts'
import { inTransaction } from '../catalog/openCatalog.ts'
import { type Clock, systemClock } from '../files/Clock.ts'
import { openRoom, SESSION } from '../transfer/testing/openRoom.ts'
import { Collections } from './Collections.ts'

const PATIENT = { timeout: 30_000, interval: 20 }
const LONG_MS = 60_000

/** All that is waited for comes a hundred times as soon. */
const hastyClock: Clock = {
  now: systemClock.now,
  setTimer: (delayMs, act) => systemClock.setTimer(delayMs / 100, act)
}

/** A folder that an engine watches. */
async function watchShoot({ settleMs = 0 } = {}) {
  const room = openRoom()
  const { db, frames, home } = room
  const shoot = join(home, 'shoot')
  mkdirSync(shoot)
  const returned: Array<ReadonlyArray<string>> = []
  const failing = { times: 0 }
  /** Codes of the problems that the collections have shown. */
  const shown = new Set<string | null>()
  /** Collections of which it was said that they are away or no longer so. */
  const toldAway: Array<readonly [string, string | null]> = []
  const collections: Collections = new Collections({
    ...room,
    settling: new CatalogSettling(db),
    volumes: new CatalogVolumes(db),
    clock: hastyClock,
    session: SESSION,
    settleMs,
    rescanMs: 600_000,
    newRules: () => room.collection.rules,
    inTransaction: (act) => inTransaction(db, act),
    onFrames: () => {},
    onThere: () => {},
    onReturned: async (ids) => {
      returned.push(ids)
      failing.times -= 1
      if (failing.times >= 0) throw new AppError('disk-full', 'The test has filled the disk')
    },
    onClaimed: () => {},
    onLost: () => {},
    onChange: () => {
      for (const one of collections.list()) shown.add(collections.view(one, null).problem?.code ?? null)
    },
    onAwayChanged: (away) => toldAway.push([away, collections.awayProblem(away)?.code ?? null]),
    onRules: () => {},
    refusalOf: () => null,
    moveProblemOf: () => null
  })
  onTestFinished(() => collections.close())
  const { id } = collections.watch(shoot, null, 'studio')
  const view = () => collections.view(collections.get(id), null)
  const becomes = (state: string) => vi.waitFor(() => expect(view().state).toBe(state), PATIENT)
  await becomes('watching')
  const path = (name: string) => join(shoot, name)
  const statusOf = (name: string) => frames.findByPath(id, path(name))?.status ?? null
  const absenceOf = (name: string) => collections.absenceOf({ collectionId: id, path: path(name) })
  return {
    ...room,
    watched: collections,
    id,
    shoot,
    path,
    returned,
    failing,
    shown,
    toldAway,
    view,
    becomes,
    statusOf,
    absenceOf
  }
}

describe('Collections, of a collection that another engine has taken', { timeout: LONG_MS }, () => {
  it('watch its folder no more, and leave its rows alone, until it is theirs again', async () => {
    const { watched, collections, id, path, statusOf, absenceOf } = await watchShoot({ settleMs: 1e9 })
    writeFileSync(path('a.raf'), 'being written')
    await vi.waitFor(() => expect(statusOf('a.raf')).toBe('settling'), PATIENT)
    expect(await absenceOf('gone.raf')).toBe('deleted')
    expect(collections.claim(id, 'another', Date.now() + 60_000)).toBeNull() // after a long sleep
    watched.claims.keep()
    expect([watched.watched(id), statusOf('a.raf')]).toEqual([null, 'settling'])
    expect(await absenceOf('gone.raf')).toBe('unknown')
    collections.releaseClaims('another')
    watched.claims.keep()
    expect(watched.watched(id)?.id).toBe(id)
    await vi.waitFor(async () => expect(await absenceOf('gone.raf')).toBe('deleted'), PATIENT)
  })
})

describe('Collections, of drops', { timeout: LONG_MS }, () => {
  it('leave alone what another engine works on, and write nothing to find out', async () => {
    const { watched, collection, collections, folder } = await watchShoot()
    const newer = { ...collection, id: randomUUID(), createdAtMs: collection.createdAtMs + 1 }
    collections.add(newer)
    const find = async () => (await watched.findDrop(folder, collection.accountId, []))?.id
    expect(await find()).toBe(newer.id)
    expect(collections.claim(newer.id, 'another', Date.now() + 60_000)).toBeNull() // it was nobody's
    watched.resumeAll()
    expect(await find()).toBe(collection.id)
  })

  it('take no files for one that was removed, or lost to another engine, while its disks were asked', async () => {
    const { watched, collection, collections, frames, write } = await watchShoot()
    const file = write('a.raf', 'a picture')
    const isFree = () => frames.findByPath(collection.id, file.path) === null
    watched.claims.require(collection)
    const lost = watched.take(collection, [file])
    expect(collections.claim(collection.id, 'another', Date.now() + 60_000)).toBeNull()
    watched.claims.keep()
    await expect(lost).rejects.toMatchObject({ code: 'already-running' })
    expect(isFree()).toBe(true)
    collections.releaseClaims('another')
    watched.claims.keep()
    const removed = watched.take(collection, [file])
    watched.remove(collection.id)
    await expect(removed).rejects.toMatchObject({ code: 'bad-request' })
    expect(isFree()).toBe(true)
  })
})

describe('Collections, of a folder that is back', { timeout: LONG_MS }, () => {
  it('tell again, until the catalog takes it, which frames failed because it was away', async () => {
    const { id, frames, shoot, path, statusOf, returned, failing, shown, toldAway, view, becomes } = await watchShoot()
    writeFileSync(path('a.raf'), 'a picture')
    await vi.waitFor(() => expect(statusOf('a.raf')).toBe('waiting'), PATIENT)
    const frame = frames.findByPath(id, path('a.raf'))
    const missing: Problem = { code: 'file-missing', detail: 'It is not there' }
    frames.setStatus(frame?.id ?? '', 'failed', missing)
    renameSync(shoot, `${shoot}-away`)
    await becomes('not-connected')
    failing.times = 2
    renameSync(`${shoot}-away`, shoot)
    await vi.waitFor(() => expect(returned).toEqual([[frame?.id], [frame?.id], [frame?.id]]), PATIENT)
    expect(shown).toContain('disk-full')
    await vi.waitFor(() => expect(view().problem).toBeNull(), PATIENT)
    expect([toldAway[0], toldAway.at(-1)]).toEqual([
      [id, 'folder-missing'],
      [id, null]
    ])
  })

  it('tell again that it is there where that was only doubted', async () => {
    const { shoot, absenceOf, returned, failing } = await watchShoot()
    renameSync(shoot, `${shoot}-away`)
    failing.times = 1
    expect(await absenceOf('a.raf')).toBe('away')
    renameSync(`${shoot}-away`, shoot)
    await vi.waitFor(() => expect(returned.length).toBeGreaterThan(1), PATIENT)
  })
})
