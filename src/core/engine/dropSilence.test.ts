import { join, sep } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { CatalogVolumes } from '../catalog/CatalogVolumes.ts'
import { createFakeClock } from '../files/testing/fakeClock.ts'
import { type Volume, volumeOf } from '../files/Volume.ts'
import { openRoom } from '../transfer/testing/openRoom.ts'
import { DropPresence } from './DropPresence.ts'

/** Folders of a share whose server is gone: a look at one of them does not end before the test ends it. */
const silent = vi.hoisted(() => ({ folders: new Set<string>(), looks: [] as Array<() => void> }))

vi.mock('../files/Volume.ts', async (importActual) => {
  const actual = await importActual<{ volumeOf: typeof volumeOf }>()
  const answerLate = (path: string) =>
    new Promise<Volume>((answer) => silent.looks.push(() => answer(actual.volumeOf(path))))
  return {
    ...actual,
    volumeOf: (path: string) => (silent.folders.has(path) ? answerLate(path) : actual.volumeOf(path))
  }
})

afterEach(() => {
  silent.folders.clear()
  silent.looks.length = 0
})

/** A drop of a share that does not answer, and of a card that is known by its file alone. */
async function openShare() {
  const room = openRoom()
  const { db, home, folder, collection, write, add } = room
  const clock = createFakeClock()
  const [dead, alive] = [join(folder, 'dead'), join(folder, 'alive')]
  const rows = add(write('dead/a.raf', 'a'), write('alive/b.raf', 'b'))
  const volumes = new CatalogVolumes(db)
  const open = () => {
    const ports = { ...room, volumes, clock, home, onReturned: async () => {}, onChange: () => {} }
    const presence = new DropPresence(collection.id, ports)
    onTestFinished(() => presence.close())
    return presence
  }
  const { id: volume } = await volumeOf(folder)
  volumes.rememberPlaces(
    collection.id,
    new Map([
      [dead + sep, volume],
      [alive + sep, 'uuid of another card']
    ])
  )
  silent.folders.add(dead)
  return { ...room, clock, dead, alive, rows, open }
}

const looked = (times: number) => vi.waitFor(() => expect(silent.looks).toHaveLength(times))

describe('DropPresence, of a share that does not answer', () => {
  it('says so after ten seconds, and looks no second time before the first look has ended', async () => {
    const { clock, dead, rows, open } = await openShare()
    const presence = open()
    const asked = [presence.look(), presence.look(), presence.isThere({ path: rows[0]?.path ?? '' })]
    await looked(1)
    expect([presence.isAway, presence.problem]).toEqual([true, null])
    clock.turn(10_000)
    await Promise.all(asked)
    expect(presence.problem).toEqual({ code: 'folder-missing', detail: `${dead}: the folder does not answer` })
    silent.folders.clear()
    expect(silent.looks).toHaveLength(1)
    silent.looks[0]?.()
    await presence.look()
    expect(presence.isAway).toBe(false)
  })

  it('finds out about the other disks meanwhile', async () => {
    const { alive, clock, rows, find, frames, open } = await openShare()
    const presence = open()
    await looked(1)
    clock.turn(10_000)
    await vi.waitFor(() => expect(presence.problem?.code).toBe('folder-missing'))
    expect(await presence.isThere({ path: join(alive, 'b.raf') })).toBe(true)
    frames.setStatus(find(rows[0]?.id ?? '').id, 'cancelled', null)
    expect(await presence.canTake([{ path: join(alive, 'c.raf'), dev: 1n }])).toBe(true)
  })

  it('does not ask it for files from elsewhere where nothing of it waits', async () => {
    const { frames, rows, alive, open } = await openShare()
    frames.setStatus(rows[0]?.id ?? '', 'paused', null)
    const presence = open()
    expect(await presence.canTake([{ path: join(alive, 'c.raf'), dev: 1n }])).toBe(true)
  })
})
