import { join, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRoom } from '../transfer/testing/openRoom.ts'
import { CatalogVolumes } from './CatalogVolumes.ts'

function open() {
  const room = openRoom()
  return { ...room, id: room.collection.id, volumes: new CatalogVolumes(room.db) }
}

describe('CatalogVolumes, of a drop', () => {
  it('keeps what lay in each of its places', () => {
    const { id, volumes } = open()
    expect(volumes.recallPlaces(id)).toEqual(new Map())
    const places = new Map([
      ['/media/card/DCIM/', 'uuid 1'],
      ['/home/person/Desktop/', 'uuid 2']
    ])
    volumes.rememberPlaces(id, places)
    expect(volumes.recallPlaces(id)).toEqual(places)
  })

  it.each(['uuid 1', '', '{"a":1}', '[["a"]]', '[1,2]', '[["/a/","uuid 1"'])(
    'knows nothing where it keeps %j',
    (text) => {
      const { id, volumes } = open()
      volumes.remember(id, text)
      expect(volumes.recallPlaces(id)).toEqual(new Map())
    }
  )

  it('knows what has yet to be read below a place, and what is unfinished there', () => {
    const { id, folder, frames, volumes, write, add } = open()
    const [here, other] = [join(folder, 'card', sep), join(folder, 'card2', sep)]
    const below = (place: string) => [volumes.hasWaitingBelow(id, place), volumes.hasUnfinishedBelow(id, place)]
    expect([volumes.hasWaiting(id), below(here)]).toEqual([false, [false, false]])
    const [frame] = add(write('card/day/a.jpg', 'a'))
    expect([volumes.hasWaiting(id), below(here), below(other)]).toEqual([true, [true, true], [false, false]])
    const becomes = (status: 'paused' | 'failed' | 'cancelled') => frames.setStatus(frame?.id ?? '', status, null)
    becomes('paused')
    expect([volumes.hasWaiting(id), below(here)]).toEqual([false, [false, true]])
    becomes('failed')
    expect(below(here)).toEqual([false, true])
    becomes('cancelled')
    expect(below(here)).toEqual([false, false])
  })

  it('names some of all files that were taken from below a place, not always the same', () => {
    const { id, folder, volumes, write, add } = open()
    const here = join(folder, 'card', sep)
    const files = Array.from({ length: 9 }, (_, n) => write(`card/${n}.jpg`, 'a'))
    add(...files, write('other/a.jpg', 'a'))
    const known = new Set(files.map(({ path }) => path))
    const met = new Set<string>()
    for (let looks = 0; looks < 1_000 && met.size < known.size; looks += 1)
      for (const { path } of volumes.someBelow(id, here, 1)) met.add(path)
    expect(met).toEqual(known)
    const [one] = volumes.someBelow(id, here, 9).filter(({ path }) => path === files[0]?.path)
    expect(one).toEqual({ path: files[0]?.path, sizeBytes: 1, mtimeNs: files[0]?.mtimeNs })
  })
})
