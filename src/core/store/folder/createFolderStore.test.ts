import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ObjectStore, WriteCondition } from '../ObjectStore.ts'
import { describeObjectStore } from '../objectStoreContract.ts'
import { digestsOf } from '../testing/digestsOf.ts'
import { createFolderStore } from './createFolderStore.ts'
import { FactsFiles, fingerprintOf } from './FactsFiles.ts'

describeObjectStore('folder', async () => {
  const path = await mkdtemp(join(tmpdir(), 'silverdrop-folder-store-'))
  const store = createFolderStore({ path, publicBaseUrl: null })
  return { ...store, close: () => rm(path, { recursive: true }) }
}, ['keeps no object where a folder is'])

const { signal } = new AbortController()
const headers = { contentType: 'image/jpeg', cacheControl: 'no-cache', metadata: { title: 'Über' } }
let outside: string
let path: string
let store: ObjectStore

function put(key: string, text: string, when: WriteCondition = { kind: 'always' }): Promise<string> {
  const bytes = Buffer.from(text)
  return store.put(key, bytes, digestsOf(bytes), headers, when, signal)
}

const read = async (key: string) => (await buffer(await store.get(key, null, signal))).toString()
const list = async (prefix = '') =>
  (await store.list({ prefix, delimiter: null, after: null, limit: 1000 }, signal)).objects.map(({ key }) => key)

describe('createFolderStore', () => {
  beforeEach(async () => {
    outside = await mkdtemp(join(tmpdir(), 'silverdrop-folder-'))
    path = join(outside, 'bucket')
    await mkdir(path)
    store = createFolderStore({ path, publicBaseUrl: 'https://photos.example.com' })
  })
  afterEach(() => rm(outside, { recursive: true, force: true }))

  it('keeps objects as files that any program can open', async () => {
    await put('Weddings/Zoë & Max/1.jpg', 'picture')
    expect(await readFile(join(path, 'Weddings', 'Zoë & Max', '1.jpg'), 'utf8')).toBe('picture')
    expect(await readdir(join(path, '.silverdrop', 'temporary'))).toEqual([])
  })

  it('links to the names that a web server shows', async () => {
    await put('a:b/c.jpg', 'picture')
    expect(existsSync(join(path, 'a%3Ab', 'c.jpg'))).toBe(true)
    expect(store.publicUrl('a:b/c.jpg')).toBe('https://photos.example.com/a%253Ab/c.jpg')
  })

  it('shows files that were put there by hand, and notices when one is edited', async () => {
    await writeFile(join(path, 'by hand.jpg'), 'picture')
    const first = await store.head('by hand.jpg', signal)
    expect(first).toMatchObject({ sizeBytes: 7, contentType: null, metadata: {} })
    expect(await list()).toEqual(['by hand.jpg'])

    await put('ours.jpg', 'ours')
    await writeFile(join(path, 'ours.jpg'), 'edited by someone')
    const edited = await store.head('ours.jpg', signal)
    expect(edited).toMatchObject({ sizeBytes: 17, contentType: null, metadata: {} })
    const stale: WriteCondition = { kind: 'matches', etag: digestsOf(Buffer.from('ours')).md5 }
    await expect(put('ours.jpg', 'newer', stale)).rejects.toMatchObject({ code: 'conflict' })
    await put('ours.jpg', 'newer', { kind: 'matches', etag: edited?.etag ?? '' })
    expect(await read('ours.jpg')).toBe('newer')
  })

  it('takes no name for a key that no key has', async () => {
    await writeFile(join(path, 'odd%zz:name'), 'x')
    expect(await list()).toEqual([])
  })

  it('finds the facts of whichever file a crash left', async () => {
    await put('a.jpg', 'old')
    const facts = new FactsFiles(join(path, '.silverdrop', 'facts'))
    const announced = { ...headers, key: 'a.jpg', fingerprint: fingerprintOf({ size: 3n, mtimeNs: 1n }), etag: 'new' }
    await facts.announce(announced) // the process ended before the file was moved
    expect(await store.head('a.jpg', signal)).toMatchObject({ etag: digestsOf(Buffer.from('old')).md5, ...headers })

    await writeFile(join(path, 'a.jpg'), 'new')
    await utimes(join(path, 'a.jpg'), 1000, 1000)
    await facts.announce({ ...announced, fingerprint: fingerprintOf({ size: 3n, mtimeNs: 1_000_000_000_000n }) }) // after
    expect(await store.head('a.jpg', signal)).toMatchObject({ etag: 'new', ...headers })
  })

  it('survives facts that are damaged', async () => {
    await put('a.jpg', 'picture')
    const folder = join(path, '.silverdrop', 'facts')
    for (const name of await readdir(folder, { recursive: true })) {
      if (name.endsWith('.json')) await writeFile(join(folder, name), '{"key": "a.j')
    }
    expect(await store.head('a.jpg', signal)).toMatchObject({ sizeBytes: 7, metadata: {} })
    expect(await read('a.jpg')).toBe('picture')
  })

  it('does not read, write, list or remove through a link', async () => {
    await mkdir(join(outside, 'private'))
    await writeFile(join(outside, 'private', 'secret.txt'), 'secret')
    await symlink(join(outside, 'private'), join(path, 'folder'))
    await symlink(join(outside, 'private', 'secret.txt'), join(path, 'file'))
    expect(await list()).toEqual([])
    for (const key of ['folder/secret.txt', 'file']) {
      expect(await store.head(key, signal)).toBeNull()
      await expect(store.get(key, null, signal)).rejects.toMatchObject({ code: 'object-missing' })
      await expect(store.copy(key, 'stolen', { kind: 'always' }, signal)).rejects.toMatchObject({
        code: 'object-missing'
      })
      await store.delete([key], signal)
    }
    await expect(put('folder/new.txt', 'x')).rejects.toMatchObject({ code: 'key-invalid' })
    await put('file', 'replaces the link, not what it points to')
    expect(await readdir(join(outside, 'private'))).toEqual(['secret.txt'])
    expect(await readFile(join(outside, 'private', 'secret.txt'), 'utf8')).toBe('secret')
  })

  it('takes an upload id for nothing but an id', async () => {
    await writeFile(join(outside, 'headers.json'), JSON.stringify(headers))
    for (const uploadId of ['..', '../..', '/', '', '.']) {
      const multipart = { key: 'a.jpg', uploadId, partBytes: 5 }
      await expect(store.listParts(multipart, signal)).rejects.toMatchObject({ code: 'upload-missing' })
      await expect(store.abort(multipart, signal)).rejects.toMatchObject({ code: 'upload-missing' })
    }
    expect(existsSync(join(outside, 'headers.json'))).toBe(true)
  })

  it('says that a file is where a folder is wanted, and the other way round', async () => {
    await put('a', 'file')
    await expect(put('a/b', 'below')).rejects.toMatchObject({ code: 'key-invalid' })
    await put('c/d', 'below')
    await expect(put('c', 'file')).rejects.toMatchObject({ code: 'key-invalid' })
    await expect(put('c', 'file', { kind: 'absent' })).rejects.toMatchObject({ code: 'conflict' })
    expect(await list()).toEqual(['a', 'c/d'])
  })

  it('is not empty but missing while its disk is unplugged, and makes no folder in its place', async () => {
    await put('a.jpg', 'picture')
    const multipart = await store.openMultipart('b.jpg', 5, headers, signal)
    await rm(path, { recursive: true })
    const bytes = Buffer.from('x')
    const attempts: ReadonlyArray<() => Promise<unknown>> = [
      () => store.head('a.jpg', signal),
      () => list(),
      () => store.get('a.jpg', null, signal),
      () => put('a.jpg', 'again'),
      () => store.copy('a.jpg', 'b.jpg', { kind: 'always' }, signal),
      () => store.openMultipart('a.jpg', 5, headers, signal),
      () => store.sendPart(multipart, 1, bytes, digestsOf(bytes), signal),
      () => store.listParts(multipart, signal),
      () => store.complete(multipart, [], { kind: 'always' }, signal),
      () => store.abort(multipart, signal)
    ]
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'folder-missing' })
    expect(await store.delete(['a.jpg'], signal)).toMatchObject([{ key: 'a.jpg', error: { code: 'folder-missing' } }])
    expect(existsSync(path)).toBe(false)
  })

  it('removes the folders that a deletion leaves empty, and keeps the others', async () => {
    await put('a/b/c/1.jpg', 'x')
    await put('a/2.jpg', 'x')
    await store.delete(['a/b/c/1.jpg'], signal)
    expect(await readdir(join(path, 'a'))).toEqual(['2.jpg'])
    await store.delete(['a/2.jpg'], signal)
    expect(await readdir(path)).toEqual(['.silverdrop'])
  })

  it('writes into a folder while its last object is being removed', async () => {
    for (let round = 0; round < 20; round += 1) {
      await put('a/b/old.jpg', 'x')
      await Promise.all([store.delete(['a/b/old.jpg'], signal), put('a/b/new.jpg', 'y'), put('a/c.jpg', 'z')])
      expect(await list()).toEqual(['a/b/new.jpg', 'a/c.jpg'])
      await store.delete(['a/b/new.jpg', 'a/c.jpg'], signal)
    }
  })

  it('drops uploads that nobody completed for a week', async () => {
    const old = await store.openMultipart('old.jpg', 5, headers, signal)
    const young = await store.openMultipart('young.jpg', 5, headers, signal)
    const eightDaysAgo = Date.now() / 1000 - 8 * 86_400
    await utimes(join(path, '.silverdrop', 'uploads', old.uploadId, 'headers.json'), eightDaysAgo, eightDaysAgo)
    await store.openMultipart('next.jpg', 5, headers, signal)
    await expect(store.listParts(old, signal)).rejects.toMatchObject({ code: 'upload-missing' })
    expect(await store.listParts(young, signal)).toEqual([])
  })

  it('goes on with an upload after a restart', async () => {
    const multipart = await store.openMultipart('big.tif', 5, headers, signal)
    const first = Buffer.from('first')
    await store.sendPart(multipart, 1, first, digestsOf(first), signal)
    const restarted = createFolderStore({ path, publicBaseUrl: null })
    const second = Buffer.from('2')
    await restarted.sendPart(multipart, 2, second, digestsOf(second), signal)
    const parts = (await restarted.listParts(multipart, signal)) ?? []
    await restarted.complete(multipart, parts, { kind: 'absent' }, signal)
    expect(await read('big.tif')).toBe('first2')
    expect(await store.head('big.tif', signal)).toMatchObject(headers)
    expect(await readdir(join(path, '.silverdrop', 'uploads'))).toEqual([])
  })

  it('goes on with an upload that the first release opened, which it cannot list', async () => {
    const multipart = await store.openMultipart('big.tif', 5, headers, signal)
    const opened = join(path, '.silverdrop', 'uploads', multipart.uploadId, 'headers.json')
    await writeFile(opened, JSON.stringify(headers)) // it wrote no key
    await mkdir(join(path, '.silverdrop', 'uploads', 'no upload'))
    expect(await store.listUploads('', signal)).toEqual([])
    const body = Buffer.from('first')
    const part = await store.sendPart(multipart, 1, body, digestsOf(body), signal)
    await store.complete(multipart, [part], { kind: 'absent' }, signal)
    expect(await store.head('big.tif', signal)).toMatchObject(headers)
  })

  it.runIf(process.platform === 'linux')('closes a file whose bytes are not wanted any more', async () => {
    await put('a.jpg', 'x'.repeat(1_000_000))
    for (const isRead of [true, false]) {
      const reader = (await store.get('a.jpg', null, signal)).getReader()
      if (isRead) await reader.read()
      await reader.cancel()
    }
    const openFiles = async () => {
      const handles = await readdir('/proc/self/fd')
      const targets = await Promise.all(handles.map((handle) => readlink(`/proc/self/fd/${handle}`).catch(() => '')))
      return targets.filter((target) => target.startsWith(path))
    }
    await expect.poll(openFiles, { timeout: 20_000 }).toEqual([])
  })
})
