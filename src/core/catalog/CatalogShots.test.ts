import { describe, expect, it } from 'vitest'
import { openRoom } from '../transfer/testing/openRoom.ts'

/** A room whose frames get their shots as they come, and the names of each shot's frames. */
function openShots(joinsNumbered = false) {
  const room = openRoom({ joinsNumbered })
  const { shots } = room.frames
  const add = (...names: string[]) => {
    const ids = room.add(...names.map((name) => room.write(name, name))).map(({ id }) => id)
    shots.place(ids)
    return ids
  }
  const together = (name: string) => {
    const id = room.frames.findByPath(room.collection.id, `${room.folder}/${name}`)?.id ?? ''
    return shots.framesWith(id).map((other) => room.find(other).relativePath)
  }
  return { ...room, shots, add, together }
}

describe('CatalogShots', () => {
  it('makes one shot of RAW, JPEG and sidecar, and of nothing else', () => {
    const { add, together, shots } = openShots()
    const [raw = ''] = add('a/IMG_1.CR3', 'a/img_1.jpg', 'b/IMG_1.JPG', 'a/IMG_10.JPG')
    expect(together('a/IMG_1.CR3')).toEqual(['a/IMG_1.CR3', 'a/img_1.jpg'])
    add('a/IMG_1.xmp')
    expect(together('a/IMG_1.xmp')).toEqual(['a/IMG_1.CR3', 'a/img_1.jpg', 'a/IMG_1.xmp'])
    expect(shots.of(raw)).toMatchObject({ name: 'IMG_1', frames: 3 })
    expect(together('b/IMG_1.JPG')).toEqual(['b/IMG_1.JPG'])
  })

  it('joins an edit to what it was made from, whichever comes first', () => {
    const { add, together, shots } = openShots()
    const [edit = ''] = add('IMG_0001-Edit.tif')
    expect(shots.of(edit)).toMatchObject({ name: 'IMG_0001-Edit', frames: 1 })
    add('IMG_0001.xmp') // from which nothing is made
    expect(together('IMG_0001-Edit.tif')).toEqual(['IMG_0001-Edit.tif'])
    add('IMG_0001.NEF')
    expect(together('IMG_0001.NEF')).toEqual(['IMG_0001-Edit.tif', 'IMG_0001.xmp', 'IMG_0001.NEF'])
    add('IMG_0001-Edit-2.tif')
    expect(together('IMG_0001.NEF')).toHaveLength(4)
    expect(shots.of(edit)).toMatchObject({ name: 'IMG_0001', frames: 4 })
  })

  it('joins names that differ by a number by rule alone, and parts them again', () => {
    const { add, together, shots, collection, collections } = openShots()
    add('IMG_0001.JPG', 'IMG_0001-2.jpg', 'IMG_0001_1.tif', 'IMG_0001_1.CR3', 'IMG_0002.JPG')
    expect(together('IMG_0001.JPG')).toEqual(['IMG_0001.JPG'])
    collections.save({ ...collection, rules: { ...collection.rules, joinsNumbered: true } })
    shots.rejoin(collection.id)
    expect(together('IMG_0001.JPG')).toEqual(['IMG_0001.JPG', 'IMG_0001-2.jpg', 'IMG_0001_1.tif'])
    expect(together('IMG_0001_1.CR3')).toEqual(['IMG_0001_1.CR3'])
    collections.save(collection)
    shots.rejoin(collection.id)
    expect(together('IMG_0001.JPG')).toEqual(['IMG_0001.JPG'])
    expect(together('IMG_0001_1.CR3')).toEqual(['IMG_0001_1.tif', 'IMG_0001_1.CR3'])
  })

  it('keeps the edit of a copy with the copy, wherever that belongs', () => {
    const { add, together, shots, collection, collections } = openShots(true)
    add('IMG_0001-2-Edit.tif', 'IMG_0001-2.jpg', 'IMG_0001.JPG')
    expect(together('IMG_0001.JPG')).toHaveLength(3)
    collections.save({ ...collection, rules: { ...collection.rules, joinsNumbered: false } })
    shots.rejoin(collection.id)
    expect(together('IMG_0001-2.jpg')).toEqual(['IMG_0001-2-Edit.tif', 'IMG_0001-2.jpg'])
    expect(together('IMG_0001.JPG')).toEqual(['IMG_0001.JPG'])
  })

  it('places what it finds without a shot, and a frame once', () => {
    const { add, shots, frames, db } = openShots()
    add('a.jpg')
    db.exec('DELETE FROM shots')
    expect(shots.of(add('b.jpg')[0] ?? '')).toMatchObject({ frames: 1 })
    expect(shots.placeMissing(0)).toBeNull()
    shots.place(frames.ids({ collectionId: null, filter: 'all' }))
    expect(db.prepare('SELECT count(*) AS rows FROM shots').get()).toEqual({ rows: 2 })
  })

  it('gives the queue shot by shot, in the order in which they came', () => {
    const { add, frames, collection, find } = openShots()
    const [sidecar = ''] = add('2.CR3', '1.CR3', '2.JPG', '3.JPG', '1.xmp').slice(-1)
    const page = (offset: number, limit: number) => {
      const { total, frameIds } = frames.shotPage(collection.id, 'all', offset, limit)
      return [total, ...frameIds.map((id) => find(id).relativePath)]
    }
    expect(page(0, 2)).toEqual([3, '2.CR3', '2.JPG', '1.CR3', '1.xmp'])
    expect(page(2, 2)).toEqual([3, '3.JPG'])
    expect(frames.shotPage(null, 'done', 0, 10)).toEqual({ total: 0, frameIds: [] })
    frames.setStatus(sidecar, 'failed', null)
    expect(frames.shotPage(collection.id, 'needs-you', 0, 10).frameIds.map((id) => find(id).relativePath)).toEqual([
      '1.CR3',
      '1.xmp'
    ])
  })
})
