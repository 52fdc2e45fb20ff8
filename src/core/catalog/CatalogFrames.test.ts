import { describe, expect, it } from 'vitest'
import { openRoom, type Room, SESSION, STUDIO } from '../transfer/testing/openRoom.ts'
import { transition } from '../transfer/UploadState.ts'

const multipart = { key: 'a.jpg', uploadId: 'held-by-the-store', partBytes: 8_388_608 }

function open(room: Room) {
  const upload = room.retake()
  return room.uploads.saveState(upload, transition(upload.state, { kind: 'opened', multipart }))
}

describe('CatalogFrames', () => {
  it('numbers new files in the order of arrival and leaves known ones alone', () => {
    const { frames, collection, write } = openRoom()
    const files = ['b.jpg', 'a.jpg', 'c.jpg'].map((name) => write(name, name))
    const first = frames.addMany(collection.id, files, { isPaused: false })
    expect(first).toMatchObject({ renewed: [], known: 0 })
    expect(first.added.map((id) => frames.find(id)?.number)).toEqual([1, 2, 3])
    expect(frames.addMany(collection.id, [...files, write('d.jpg', 'd')], { isPaused: true })).toMatchObject({
      known: 3
    })
    expect(frames.page(null, 'all', 0, 10).frames.map(({ number, status }) => [number, status])).toEqual([
      [1, 'waiting'],
      [2, 'waiting'],
      [3, 'waiting'],
      [4, 'paused']
    ])
    const [file] = files
    expect(file && frames.has(collection.id, file)).toBe(true)
    expect(file && frames.has(collection.id, { ...file, mtimeNs: file.mtimeNs + 1n })).toBe(false)
  })

  it('tells which of some frames have one of some statuses', () => {
    const { frames, collection, write } = openRoom()
    const { added } = frames.addMany(collection.id, [write('a.jpg', 'a'), write('b.jpg', 'b')], { isPaused: false })
    const [a = '', b = ''] = added
    frames.setStatus(b, 'done', null)
    expect(frames.among([a, b, 'nobody'], ['waiting', 'working'])).toEqual(new Set([a]))
    expect(frames.among([a, b], ['done', 'waiting'])).toEqual(new Set([a, b]))
    expect(frames.among([], ['done'])).toEqual(new Set())
  })

  it('takes all of a batch or nothing', () => {
    const { frames, collection, write } = openRoom()
    const broken = { ...write('b.jpg', 'b'), sizeBytes: Number.NaN }
    expect(() => frames.addMany(collection.id, [write('a.jpg', 'a'), broken], { isPaused: false })).toThrow()
    expect(frames.page(null, 'all', 0, 10).total).toBe(0)
  })

  it('starts a changed file anew: its multipart upload becomes an orphan, its key is free, its proofs stay', async () => {
    const room = openRoom()
    const { frames, uploads, collection, write } = room
    const [frame] = room.add(write('a.jpg', 'version 1'))
    await room.prepare()
    const upload = open(room)
    uploads.recordPart(upload.id, { number: 1, sizeBytes: 9, etag: 'e', md5: 'e' })
    const again = frames.addMany(collection.id, [write('a.jpg', 'the second version')], { isPaused: false })
    expect(again).toEqual({ added: [], renewed: [frame?.id], known: 0 })
    expect(uploads.find(upload.id)).toBeNull()
    expect(uploads.recordedParts(upload.id)).toEqual([])
    expect(uploads.orphans(STUDIO, 10)).toEqual([{ ...STUDIO, multipart }])
    expect(frame && frames.find(frame.id)).toMatchObject({ status: 'waiting', sizeBytes: 18, facts: null })
    await room.prepare()
    expect(room.retake().key).toBe('a.jpg')
  })

  it('forgets uploads whose state is damaged, too', async () => {
    const room = openRoom()
    const { frame } = await room.sending('a.jpg', 'a')
    room.db.exec("UPDATE uploads SET state = '{ not json'")
    room.frames.restart(frame.id)
    expect(room.uploads.ofFrame(frame.id)).toEqual([])
    expect(room.find(frame.id).status).toBe('waiting')
  })

  it('gives a frame out once, to the session that has claimed it, and passes over those held', () => {
    const { frames, add, write } = openRoom()
    const [first, second] = add(write('a.jpg', 'a'), write('b.jpg', 'b'))
    expect(frames.takeToPrepare('another-run', [], 10)).toEqual([])
    expect(frames.takeToPrepare(SESSION, [first?.id ?? ''], 10)).toEqual([second])
    expect(frames.takeToPrepare(SESSION, [], 10)).toEqual([first])
    expect(frames.takeToPrepare(SESSION, [], 10)).toEqual([])
  })

  it('gives out again after a crash what was being prepared or was settling, and nothing else', async () => {
    const room = openRoom()
    const { frames, collection, write } = room
    const [preparing, settling, paused] = room.add(write('a.jpg', 'a'), write('b.jpg', 'b'), write('c.jpg', 'c'))
    frames.takeToPrepare(SESSION, [], 10)
    frames.settle(settling?.id ?? '')
    frames.setStatus(paused?.id ?? '', 'paused', null)
    frames.recover(collection.id)
    expect(frames.takeToPrepare(SESSION, [], 10).map(({ id }) => id)).toEqual([preparing?.id, settling?.id])
  })

  it('filters, pages and counts', async () => {
    const room = openRoom()
    const { frames, collections, collection, write } = room
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const ids = room.add(...names.map((name) => write(name, name))).map(({ id }) => id)
    const statuses = ['settling', 'working', 'done', 'attention', 'failed', 'cancelled'] as const
    for (const [index, status] of statuses.entries()) frames.setStatus(ids[index] ?? '', status, null)
    const found = (filter: Parameters<typeof frames.page>[1]) =>
      frames.page(collection.id, filter, 0, 10).frames.map(({ relativePath }) => relativePath)
    expect(found('waiting')).toEqual(['a', 'g'])
    expect(found('working')).toEqual(['b'])
    expect(found('done')).toEqual(['c'])
    expect(found('needs-you')).toEqual(['d', 'e'])
    expect(found('cancelled')).toEqual(['f'])
    expect(frames.page(null, 'all', 5, 10)).toMatchObject({ total: 7, frames: [{ id: ids[5] }, { id: ids[6] }] })
    expect(frames.ids({ collectionId: null, filter: 'all' }, 1, 2)).toEqual(ids.slice(1, 3))
    expect(frames.ids({ ids: [ids[3] ?? '', 'nobody', ids[0] ?? ''] })).toEqual([ids[0], ids[3]])
    expect(frames.counts()).toContainEqual({ collectionId: collection.id, status: 'done', frames: 1, bytes: 1 })
    collections.remove(collection.id, 1)
    expect(frames.counts()).toEqual([])
    expect(frames.page(null, 'all', 0, 10).total).toBe(0)
  })

  it('shows a damaged row as failed and goes on with the others', () => {
    const { db, frames, add, write } = openRoom()
    const [broken, sound] = add(write('a.jpg', 'a'), write('b.jpg', 'b'))
    db.prepare("UPDATE frames SET facts = '[1' WHERE id = ?").run(broken?.id ?? '')
    expect(frames.page(null, 'all', 0, 10).frames).toMatchObject([
      { status: 'failed', problem: { code: 'record-damaged' } },
      { id: sound?.id, problem: null }
    ])
    db.prepare("UPDATE frames SET facts = NULL, status = 'dancing', mtime_ns = 'x' WHERE id = ?").run(broken?.id ?? '')
    expect(frames.find(broken?.id ?? '')).toMatchObject({ problem: { code: 'record-damaged' }, mtimeNs: 0n })
  })

  it('gives a path that could not be taken one row with its reason, but not over a frame that is under way', () => {
    const { frames, collection, add, write } = openRoom()
    const [known] = add(write('a.jpg', 'a'))
    const problem = { code: 'file-unreadable', detail: 'Permission denied' } as const
    const refused = ['a.jpg', 'b.jpg'].map((name) => ({ path: write(name, 'x').path, relativePath: name, problem }))
    const [id] = frames.addRefused(collection.id, refused)
    expect(frames.find(id ?? '')).toMatchObject({ relativePath: 'b.jpg', status: 'failed', problem })
    expect(frames.find(known?.id ?? '')?.status).toBe('waiting')
    expect(frames.addRefused(collection.id, refused)).toEqual([id])
    expect(frames.page(null, 'all', 0, 10).total).toBe(2)
  })
})
