import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { createMemoryStore } from '../store/memory/createMemoryStore.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import { digestsOf } from '../store/testing/digestsOf.ts'
import { deleteToTrash } from './deleteToTrash.ts'
import { listPage } from './listPage.ts'
import { measure } from './measure.ts'
import { restoreFromTrash } from './restoreFromTrash.ts'
import { TRASH_PREFIX } from './trashKeys.ts'

const { signal } = new AbortController()
const carefully = { isTooLargeDeleted: false }
const knownOf = () => ({ isProved: false, previewUrl: null })
let store: ObjectStore

beforeEach(() => {
  store = createMemoryStore({ maxPutBytes: 1000 })
})

async function put(...keys: ReadonlyArray<string>): Promise<void> {
  for (const key of keys) await putText(key, `bytes of ${key}`)
}

async function putText(key: string, text: string): Promise<void> {
  const bytes = Buffer.from(text)
  const headers = { contentType: 'image/jpeg', cacheControl: null, metadata: { title: `Über ${key}` } }
  await store.put(key, bytes, digestsOf(bytes), headers, { kind: 'always' }, signal)
}

/** An object that is larger than a single copy: of two parts. */
async function putLarge(key: string): Promise<void> {
  const headers = { contentType: 'image/tiff', cacheControl: null, metadata: {} }
  const multipart = await store.openMultipart(key, 900, headers, signal)
  const bytes = Buffer.alloc(900, 'x')
  const parts = []
  for (const number of [1, 2]) parts.push(await store.sendPart(multipart, number, bytes, digestsOf(bytes), signal))
  await store.complete(multipart, parts, { kind: 'absent' }, signal)
}

async function keysOf(prefix = ''): Promise<ReadonlyArray<string>> {
  const { objects } = await store.list({ prefix, delimiter: null, after: null, limit: 1000 }, signal)
  return objects.map(({ key }) => key)
}

const visibleKeys = async () => (await keysOf()).filter((key) => !key.startsWith(TRASH_PREFIX))

describe('listPage', () => {
  it('shows what lies directly below a prefix, with what Silverdrop knows about it', async () => {
    await put('a.jpg', 'w/b.jpg', 'w/c/d.jpg')
    const know = ({ key }: { key: string }) => ({ isProved: key === 'w/b.jpg', previewUrl: null })
    expect(await listPage(store, { prefix: 'w/', after: null, limit: 10 }, know, signal)).toMatchObject({
      folders: ['w/c/'],
      objects: [{ key: 'w/b.jpg', isProved: true, sizeBytes: 16 }],
      next: null
    })
  })

  it('never shows the trash, whatever is asked for', async () => {
    await put('a.jpg', 'b.jpg')
    const { undo } = await deleteToTrash(store, { keys: ['a.jpg'], folders: [] }, carefully, signal)
    for (const prefix of ['', '.', '.silverdrop-trash', TRASH_PREFIX, `${TRASH_PREFIX}${undo}/`]) {
      const page = await listPage(store, { prefix, after: null, limit: 10 }, knownOf, signal)
      expect(JSON.stringify(page)).not.toContain('silverdrop-trash')
      expect(page.objects.map(({ key }) => key)).toEqual(prefix === '' ? ['b.jpg'] : [])
    }
  })
})

describe('measure', () => {
  it('counts each object once, and tells the first names and what is too large for the trash', async () => {
    await put('w/1.jpg', 'w/2.jpg', 'w/x/3.jpg', 'w/x/4.jpg', 'w/x/5.jpg', 'other/6.jpg')
    await putLarge('w/scan.tif')
    const measured = await measure(store, { keys: ['w/2.jpg', 'w/2.jpg', 'gone'], folders: ['w/', 'w/x/'] }, signal)
    expect(measured).toEqual({
      objects: 6,
      bytes: 2 * 16 + 3 * 18 + 1800,
      names: ['2.jpg', '1.jpg', 'scan.tif', '3.jpg', '4.jpg'],
      tooLargeForTrash: 1
    })
  })

  it('finds nothing in nothing', async () => {
    const nothing = { objects: 0, bytes: 0, names: [], tooLargeForTrash: 0 }
    expect(await measure(store, { keys: [], folders: [] }, signal)).toEqual(nothing)
    expect(await measure(store, { keys: ['gone'], folders: ['gone/'] }, signal)).toEqual(nothing)
  })
})

describe('deleteToTrash and restoreFromTrash', () => {
  it('gives back everything, headers and metadata included', async () => {
    const keys = Array.from({ length: 50 }, (_, index) => `Fête/${index} & more.jpg`)
    await put(...keys, 'stays.jpg')
    const before = await Promise.all(keys.map((key) => store.head(key, signal)))
    const deleted = await deleteToTrash(store, { keys: [], folders: ['Fête/'] }, carefully, signal)
    expect(deleted).toMatchObject({ deleted: 50, failed: [] })
    expect(await visibleKeys()).toEqual(['stays.jpg'])

    expect(await restoreFromTrash(store, deleted.undo ?? '', signal)).toEqual({ restored: 50, failed: [] })
    const after = await Promise.all(keys.map((key) => store.head(key, signal)))
    expect(after.map((facts) => ({ ...facts, modifiedAtMs: 0 }))).toEqual(
      before.map((facts) => ({ ...facts, modifiedAtMs: 0 }))
    )
    expect(await keysOf(TRASH_PREFIX)).toEqual([])
  })

  it('puts each deletion in a folder of its own that cannot be guessed', async () => {
    await put('a.jpg')
    const first = await deleteToTrash(store, { keys: ['a.jpg'], folders: [] }, carefully, signal)
    await put('a.jpg')
    const second = await deleteToTrash(store, { keys: ['a.jpg'], folders: [] }, carefully, signal)
    expect(first.undo).toMatch(/^[0-9a-f-]{36}$/)
    expect(second.undo).not.toBe(first.undo)
    expect(await keysOf(TRASH_PREFIX)).toHaveLength(2)
  })

  it('has nothing to undo where nothing was there', async () => {
    const deleted = await deleteToTrash(store, { keys: ['gone'], folders: ['gone/'] }, carefully, signal)
    expect(deleted).toEqual({ deleted: 0, undo: null, failed: [] })
  })

  it('leaves the trash alone, also when it is chosen', async () => {
    await put('a.jpg')
    await deleteToTrash(store, { keys: ['a.jpg'], folders: [] }, carefully, signal)
    const inTrash = await keysOf(TRASH_PREFIX)
    const again = await deleteToTrash(store, { keys: [...inTrash], folders: [TRASH_PREFIX] }, carefully, signal)
    expect(again.deleted).toBe(0)
    expect(await keysOf()).toEqual(inTrash)
  })

  it('keeps what is too large for the trash, unless the person said otherwise', async () => {
    await putLarge('scan.tif')
    const kept = await deleteToTrash(store, { keys: ['scan.tif'], folders: [] }, carefully, signal)
    expect(kept).toMatchObject({
      deleted: 0,
      undo: null,
      failed: [{ key: 'scan.tif', problem: { code: 'file-too-large' } }]
    })
    expect(await keysOf()).toEqual(['scan.tif'])
    const gone = await deleteToTrash(store, { keys: ['scan.tif'], folders: [] }, { isTooLargeDeleted: true }, signal)
    expect(gone).toEqual({ deleted: 1, undo: null, failed: [] })
    expect(await keysOf()).toEqual([])
  })

  it('reports what failed by key and goes on', async () => {
    await put('a.jpg', 'locked.jpg', 'c.jpg')
    const refusing: ObjectStore = {
      ...store,
      delete: async (keys, aborted) =>
        keys.includes('locked.jpg')
          ? [{ key: 'locked.jpg', error: new AppError('locked', 'held') }]
          : store.delete(keys, aborted)
    }
    const keys = ['a.jpg', 'locked.jpg', 'c.jpg']
    const deleted = await deleteToTrash(refusing, { keys, folders: [] }, carefully, signal)
    expect(deleted).toMatchObject({ deleted: 2, failed: [{ key: 'locked.jpg', problem: { code: 'locked' } }] })
    expect(await visibleKeys()).toEqual(['locked.jpg'])
    expect(await keysOf(TRASH_PREFIX)).toHaveLength(2) // no copy of what stayed in its place
  })

  it('removes nothing whose copy is not whole', async () => {
    await put('a.jpg')
    const losing: ObjectStore = {
      ...store,
      async copy(from, to, when, aborted) {
        const etag = await store.copy(from, to, when, aborted)
        await store.delete([to], aborted)
        return etag
      }
    }
    const deleted = await deleteToTrash(losing, { keys: ['a.jpg'], folders: [] }, carefully, signal)
    expect(deleted).toMatchObject({ deleted: 0, undo: null, failed: [{ problem: { code: 'proof-failed' } }] })
    expect(await keysOf()).toEqual(['a.jpg'])
  })

  it('removes nothing that was replaced meanwhile', async () => {
    await put('a.jpg')
    const racing: ObjectStore = {
      ...store,
      async copy(from, to, when, aborted) {
        const etag = await store.copy(from, to, when, aborted)
        await putText('a.jpg', 'a new version')
        return etag
      }
    }
    const deleted = await deleteToTrash(racing, { keys: ['a.jpg'], folders: [] }, carefully, signal)
    expect(deleted).toMatchObject({ deleted: 0, failed: [{ key: 'a.jpg', problem: { code: 'conflict' } }] })
    expect(await store.head('a.jpg', signal)).toMatchObject({ sizeBytes: 'a new version'.length })
  })

  it('still tells how to undo what was done when it is stopped halfway', async () => {
    const keys = Array.from({ length: 40 }, (_, index) => `${index}.jpg`)
    await put(...keys)
    const controller = new AbortController()
    let removed = 0
    const stopping: ObjectStore = {
      ...store,
      async delete(some, aborted) {
        const failed = await store.delete(some, aborted)
        removed += 1
        if (removed === 10) controller.abort()
        return failed
      }
    }
    const deleted = await deleteToTrash(stopping, { keys, folders: [] }, carefully, controller.signal)
    expect(deleted.deleted).toBeGreaterThanOrEqual(10)
    expect(deleted.deleted).toBeLessThan(40)
    await restoreFromTrash(store, deleted.undo ?? '', signal)
    expect((await visibleKeys()).length).toBe(40)
  })

  it('rejects with the reason, and has done nothing, when it was stopped before', async () => {
    await put('a.jpg')
    const reason = new DOMException('Stopped', 'AbortError')
    const stopped = deleteToTrash(store, { keys: ['a.jpg'], folders: [] }, carefully, AbortSignal.abort(reason))
    await expect(stopped).rejects.toBe(reason)
    expect(await keysOf()).toEqual(['a.jpg'])
  })

  it('does not restore over what has taken the place', async () => {
    await put('a.jpg', 'b.jpg')
    const { undo } = await deleteToTrash(store, { keys: ['a.jpg', 'b.jpg'], folders: [] }, carefully, signal)
    await putText('a.jpg', 'the successor')
    expect(await restoreFromTrash(store, undo ?? '', signal)).toMatchObject({
      restored: 1,
      failed: [{ key: 'a.jpg', problem: { code: 'conflict' } }]
    })
    expect(await store.head('a.jpg', signal)).toMatchObject({ sizeBytes: 'the successor'.length })
    expect(await keysOf(TRASH_PREFIX)).toEqual([`${TRASH_PREFIX}${undo}/a.jpg`])
  })

  it('ends a restoration that was killed between copy and removal', async () => {
    await put('a.jpg')
    const { undo } = await deleteToTrash(store, { keys: ['a.jpg'], folders: [] }, carefully, signal)
    await store.copy(`${TRASH_PREFIX}${undo}/a.jpg`, 'a.jpg', { kind: 'absent' }, signal)
    expect(await restoreFromTrash(store, undo ?? '', signal)).toEqual({ restored: 1, failed: [] })
    expect(await keysOf()).toEqual(['a.jpg'])
  })

  it('restores nothing for what is not a deletion', async () => {
    await put('a.jpg')
    await deleteToTrash(store, { keys: ['a.jpg'], folders: [] }, carefully, signal)
    for (const undo of ['', '.', '..', '*', randomUUID().slice(1), `${randomUUID()}/`]) {
      await expect(restoreFromTrash(store, undo, signal)).rejects.toMatchObject({ code: 'bad-request' })
    }
    expect(await restoreFromTrash(store, randomUUID(), signal)).toEqual({ restored: 0, failed: [] })
  })
})
