import { createHash, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import { MiB } from '../../shared/units.ts'
import type { Multipart, ObjectHeaders, ObjectStore, WriteCondition } from './ObjectStore.ts'
import { digestsOf } from './testing/digestsOf.ts'

/** What an implementation cannot do, by name: a promise is left out only where this says so. */
export type ContractException =
  /** It does not tell which uploads and parts it has: `listUploads` and `listParts` give null. */
  | 'does not list uploads'
  /** A name is either a file or a folder: there is no `a` beside `a/b`. */
  | 'keeps no object where a folder is'
  /** Each request takes long enough that a listing of more than 1,000 objects is left to the others. */
  | 'is too slow for 1,000 objects'
  /** Less than R2's 8,192 bytes. */
  | 'takes 2,048 bytes of metadata'
  /** R2's emulator has no route to such a key. */
  | 'takes no line break in a key'

const JPEG: ObjectHeaders = { contentType: 'image/jpeg', cacheControl: 'public, max-age=31536000', metadata: {} }
const ALWAYS: WriteCondition = { kind: 'always' }
const ABSENT: WriteCondition = { kind: 'absent' }
const PART_BYTES = 5 * MiB // the least that R2 takes for a part that is not the last

/** The promises of `ObjectStore`, as tests. `create` gives an empty store, which is closed afterwards. */
export function describeObjectStore(
  name: string,
  create: () => Promise<ObjectStore>,
  exceptions: ReadonlyArray<ContractException> = []
): void {
  const can = (exception: ContractException) => it.skipIf(exceptions.includes(exception))

  describe(`ObjectStore: ${name}`, () => {
    const { signal } = new AbortController()
    let store: ObjectStore
    beforeAll(async () => {
      store = await create()
    })
    afterAll(() => store.close())

    const put = (key: string, text: string, when = ALWAYS, headers = JPEG) => {
      const bytes = Buffer.from(text)
      return store.put(key, bytes, digestsOf(bytes), headers, when, signal)
    }
    const read = async (key: string, range: { start: number; end: number | null } | null = null) =>
      (await buffer(await store.get(key, range, signal))).toString()
    const listAll = async (prefix: string, delimiter: '/' | null, limit: number) => {
      const pages = []
      let after: string | null = null
      do {
        const page = await store.list({ prefix, delimiter, after, limit }, signal)
        pages.push(page)
        after = page.next
      } while (after !== null)
      return {
        keys: pages.flatMap(({ objects }) => objects.map(({ key }) => key)),
        folders: pages.flatMap(({ folders }) => folders),
        sizes: pages.map(({ objects, folders }) => objects.length + folders.length)
      }
    }
    const sendParts = async (key: string, sizes: ReadonlyArray<number>) => {
      const multipart = await store.openMultipart(key, PART_BYTES, JPEG, signal)
      const bodies = sizes.map((size, index) => Buffer.alloc(size, index + 1))
      const parts = await Promise.all(
        bodies.map((body, index) => store.sendPart(multipart, index + 1, body, digestsOf(body), signal))
      )
      return { multipart, parts, whole: Buffer.concat(bodies) }
    }

    describe('put, head and get', () => {
      it('gives back the bytes and everything that was said about them', async () => {
        const key = `${randomUUID()}/frame.jpg`
        const before = Date.now()
        const etag = await put(key, 'light')
        const facts = await store.head(key, signal)
        expect(facts).toMatchObject({ key, sizeBytes: 5, etag, contentType: JPEG.contentType })
        expect(facts).toMatchObject({ cacheControl: JPEG.cacheControl, metadata: {} })
        expect(Math.abs((facts?.modifiedAtMs ?? 0) - before)).toBeLessThan(60_000)
        expect(await read(key)).toBe('light')
      })

      it('uses the MD5 as ETag of an object that was put at once, as R2 does', async () => {
        const key = `${randomUUID()}.jpg`
        expect(await put(key, 'light')).toBe(digestsOf(Buffer.from('light')).md5)
      })

      it('keeps an empty object', async () => {
        const key = `${randomUUID()}/empty`
        await put(key, '')
        expect(await store.head(key, signal)).toMatchObject({ sizeBytes: 0 })
        expect(await read(key)).toBe('')
      })

      it('has no head, and no body, for an object that is not there', async () => {
        const key = `${randomUUID()}/nothing`
        expect(await store.head(key, signal)).toBeNull()
        expect(await codeOf(store.get(key, null, signal))).toBe('object-missing')
      })

      it('reads ranges, cut at the end', async () => {
        const key = randomUUID()
        await put(key, '0123456789')
        expect(await read(key, { start: 0, end: 1 })).toBe('0')
        expect(await read(key, { start: 3, end: 6 })).toBe('345')
        expect(await read(key, { start: 7, end: null })).toBe('789')
        expect(await read(key, { start: 8, end: 100 })).toBe('89')
      })

      it('refuses a range that begins at the end', async () => {
        const key = randomUUID()
        await put(key, '0123456789')
        expect(await codeOf(store.get(key, { start: 10, end: null }, signal))).toBe('bad-request')
      })

      it('replaces an object whole, headers included', async () => {
        const key = randomUUID()
        await put(key, 'a longer first version', ALWAYS, { ...JPEG, metadata: { shot: '1' } })
        await put(key, 'second', ALWAYS, { contentType: 'image/webp', cacheControl: null, metadata: {} })
        expect(await store.head(key, signal)).toMatchObject({
          sizeBytes: 6,
          contentType: 'image/webp',
          cacheControl: null,
          metadata: {}
        })
        expect(await read(key)).toBe('second')
      })

      it.each(['md5', 'sha256'] as const)(
        'stores nothing where the %s is not the one of the bytes',
        async (algorithm) => {
          const key = randomUUID()
          const wrong = digestsOf(Buffer.from('other'))[algorithm]
          const digests = { ...digestsOf(Buffer.from('bytes')), [algorithm]: wrong }
          expect(await codeOf(store.put(key, Buffer.from('bytes'), digests, JPEG, ALWAYS, signal))).toBe(
            'digest-mismatch'
          )
          expect(await store.head(key, signal)).toBeNull()
        }
      )
    })

    describe('metadata', () => {
      it.each([
        ['plain ASCII', 'Weddings 2026'],
        ['German and Greek', 'Größe µ, Ελλάδα'],
        ['Japanese', '撮影者：山田太郎'],
        ['emoji with joiners', '👩🏽‍🎨 📷'],
        ['more than one encoded word', 'é👰'.repeat(60)],
        ['what looks like an encoded word', '=?UTF-8?B?bm90IG1l?='],
        ['outer spaces', '  framed  '],
        ['line breaks and tabs', 'one\r\ntwo\tthree'],
        ['HTML and quotes', `<a href="x">'&amp;'</a>`]
      ])('survives: %s', async (_what, value) => {
        const key = randomUUID()
        await put(key, 'x', ALWAYS, { ...JPEG, metadata: { title: value, 'sd-sha256': 'ab'.repeat(32) } })
        expect((await store.head(key, signal))?.metadata).toEqual({ title: value, 'sd-sha256': 'ab'.repeat(32) })
      })

      can('takes 2,048 bytes of metadata')('takes as much as R2', async () => {
        const key = randomUUID()
        await put(key, 'x', ALWAYS, { ...JPEG, metadata: { caption: 'a'.repeat(8_000) } })
        expect((await store.head(key, signal))?.metadata['caption']).toHaveLength(8_000)
      })

      it('is refused where it is more than R2 takes', async () => {
        const headers = { ...JPEG, metadata: { caption: 'é'.repeat(4_100) } }
        expect(await codeOf(put(randomUUID(), 'x', ALWAYS, headers))).toBe('metadata-too-large')
      })
    })

    describe('keys', () => {
      const hostile = [
        ['spaces', 'a b/ c d.jpg'],
        ['what means something in a URL', 'a#b?c%d+e&f=g;h,i@j:k.jpg'],
        ['an escape', 'a%20b%2Fc.jpg'],
        ['quotes and brackets', `"a" 'b' (c) [d] {e} <f>.jpg`],
        ['emoji', '🎞️/👰‍♀️.jpg'],
        ['composed accents', 'Zoë/Fête/naïve.jpg'.normalize('NFC')],
        ['a backslash and a pipe', 'a\\b|c*.jpg'],
        ['names that Windows keeps', 'CON/aux.jpg/NUL'],
        ['trailing dots and spaces', 'a./b /c..'],
        ['control characters', 'a\u0001b\tc\u001fd\u007f.jpg'],
        ['empty segments', 'a//b///c'],
        ['a leading slash', '/a.jpg'],
        ['a trailing slash', 'folder/'],
        ['dots that are no segments', '...a/..b/c..d/.hidden'],
        ['the folder that a store may keep for itself', '.silverdrop/facts/a.json']
      ] as const

      const holds = async (tail: string) => {
        const root = `${randomUUID()}/`
        const key = root + tail
        await put(key, tail)
        expect(await read(key)).toBe(tail)
        expect((await store.head(key, signal))?.key).toBe(key)
        expect((await listAll(root, null, 10)).keys).toEqual([key])
        await store.copy(key, `${root}copy`, ABSENT, signal)
        expect(await read(`${root}copy`)).toBe(tail)
        expect(await store.delete([key], signal)).toEqual([])
        expect((await listAll(root, null, 10)).keys).toEqual([`${root}copy`])
      }

      it.each(hostile)('holds a key with %s', (_what, tail) => holds(tail))

      can('takes no line break in a key')('holds a key with line breaks', () => holds('a\nb\r\nc\r.jpg'))

      it('holds such a key at the very beginning of the bucket', async () => {
        for (const key of [`/${randomUUID()}`, `.silverdrop/${randomUUID()}`, `con/${randomUUID()}`]) {
          await put(key, key)
          expect(await read(key)).toBe(key)
          expect((await listAll(key, null, 10)).keys).toEqual([key])
        }
      })

      it('holds a key of 1,024 bytes, in one segment and with characters of four bytes', async () => {
        for (const filling of ['x', '📷']) {
          const root = `${randomUUID()}/` // 37 bytes
          const key = `${root}abc${filling.repeat((1024 - 40) / Buffer.byteLength(filling))}`
          expect(Buffer.byteLength(key)).toBe(1024)
          await put(key, 'long')
          expect(await read(key)).toBe('long')
          expect((await listAll(root, null, 10)).keys).toEqual([key])
        }
      })

      it('refuses a key of 1,025 bytes', async () => {
        expect(await codeOf(put('x'.repeat(1025), 'x'))).toBe('key-too-long')
        expect(await codeOf(store.openMultipart('é'.repeat(513), PART_BYTES, JPEG, signal))).toBe('key-too-long')
      })

      it.each(['', '..', '../a', 'a/../b', 'a/./b', 'a/..', '\ud800'])(
        'refuses %j, which no URL reaches',
        async (key) => {
          expect(await codeOf(put(key, 'x'))).toBe('key-invalid')
        }
      )

      it('tells keys apart that differ in a single byte', async () => {
        const root = `${randomUUID()}/`
        const keys = ['a b', 'a+b', 'a%20b', 'a%b', 'a//b', 'a%/b'].map((tail) => root + tail)
        for (const key of keys) await put(key, key)
        for (const key of keys) expect(await read(key)).toBe(key)
      })

      can('keeps no object where a folder is')('holds an object where others have a folder', async () => {
        const root = `${randomUUID()}/`
        await put(`${root}a`, 'object')
        await put(`${root}a/b`, 'below')
        expect(await read(`${root}a`)).toBe('object')
        expect(await read(`${root}a/b`)).toBe('below')
      })
    })

    describe('list', () => {
      it('has nothing to say about a prefix without objects', async () => {
        const page = await store.list({ prefix: randomUUID(), delimiter: null, after: null, limit: 1000 }, signal)
        expect(page).toEqual({ objects: [], folders: [], next: null })
      })

      it('tells size, ETag and time of each object', async () => {
        const root = `${randomUUID()}/`
        const etag = await put(`${root}a`, '12345')
        const { objects } = await store.list({ prefix: root, delimiter: null, after: null, limit: 10 }, signal)
        const facts = await store.head(`${root}a`, signal)
        expect(objects).toEqual([{ key: `${root}a`, sizeBytes: 5, etag, modifiedAtMs: expect.any(Number) }])
        // A listing has milliseconds where a header has seconds.
        expect(Math.abs((objects[0]?.modifiedAtMs ?? 0) - (facts?.modifiedAtMs ?? 0))).toBeLessThan(1_000)
      })

      it('orders by UTF-8 bytes, in pages of any size, without gap or repetition', async () => {
        const root = `${randomUUID()}/`
        const tails = ['A', 'Z', 'a', 'a/b', 'a-b', 'a0', 'b/', 'b/c', 'é', '\uffe5', '😀'].filter(
          (tail) => tail !== 'a' || !exceptions.includes('keeps no object where a folder is')
        )
        for (const tail of tails) await put(root + tail, 'x')
        const inOrder = tails.map((tail) => root + tail).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
        for (const limit of [1, 2, 3, 1000]) expect((await listAll(root, null, limit)).keys).toEqual(inOrder)
      })

      it('gathers what lies below a delimiter, in pages of any size', async () => {
        const root = `${randomUUID()}/`
        for (const tail of ['a/1', 'a/2', 'a/b/3', 'a.jpg', 'b/1', 'c.jpg', 'd//1']) await put(root + tail, 'x')
        for (const limit of [1, 2, 1000]) {
          const { keys, folders, sizes } = await listAll(root, '/', limit)
          expect(keys).toEqual([`${root}a.jpg`, `${root}c.jpg`])
          expect(folders).toEqual([`${root}a/`, `${root}b/`, `${root}d/`])
          expect(Math.max(...sizes)).toBeLessThanOrEqual(limit)
        }
        expect(await listAll(`${root}a/`, '/', 10)).toMatchObject({
          keys: [`${root}a/1`, `${root}a/2`],
          folders: [`${root}a/b/`]
        })
        expect(await listAll(`${root}d/`, '/', 10)).toMatchObject({ keys: [], folders: [`${root}d//`] })
      })

      it('takes a prefix that ends within a name', async () => {
        const root = `${randomUUID()}/`
        for (const tail of ['img-1.jpg', 'img-2.jpg', 'img/3.jpg', 'other.jpg']) await put(root + tail, 'x')
        expect(await listAll(`${root}img`, '/', 10)).toMatchObject({
          keys: [`${root}img-1.jpg`, `${root}img-2.jpg`],
          folders: [`${root}img/`]
        })
      })

      it('goes on behind a marker object of a folder', async () => {
        const root = `${randomUUID()}/`
        for (const tail of ['', 'a', 'b']) await put(root + tail, 'x')
        expect((await listAll(root, '/', 1)).keys).toEqual([root, `${root}a`, `${root}b`])
      })

      can('is too slow for 1,000 objects')('pages through more than 1,000 objects', async () => {
        const root = `${randomUUID()}/`
        const keys = Array.from({ length: 1_203 }, (_, index) => `${root}${String(index).padStart(5, '0')}.jpg`)
        for (let start = 0; start < keys.length; start += 100) {
          await Promise.all(keys.slice(start, start + 100).map((key) => put(key, 'x')))
        }
        const listed = await listAll(root, null, 1000)
        expect(listed.sizes).toEqual([1000, 203])
        expect(listed.keys).toEqual(keys)
        expect(await store.delete(keys, signal)).toEqual([])
        expect((await listAll(root, null, 1000)).keys).toEqual([])
      })
    })

    describe('delete', () => {
      it('removes what is there and takes what is not for removed', async () => {
        const root = `${randomUUID()}/`
        await put(`${root}a`, 'a')
        await put(`${root}b`, 'b')
        expect(await store.delete([`${root}a`, `${root}missing`], signal)).toEqual([])
        expect(await store.delete([`${root}a`], signal)).toEqual([])
        expect((await listAll(root, null, 10)).keys).toEqual([`${root}b`])
      })

      it('has nothing to do without keys', async () => {
        expect(await store.delete([], signal)).toEqual([])
      })
    })

    describe('copy', () => {
      it('takes headers and metadata along and leaves the source', async () => {
        const root = `${randomUUID()}/`
        const headers = { ...JPEG, metadata: { title: 'Brücke 🌉' } }
        await put(`${root}a`, 'bytes', ALWAYS, headers)
        const etag = await store.copy(`${root}a`, `${root}b c/ü.jpg`, ALWAYS, signal)
        expect(await store.head(`${root}b c/ü.jpg`, signal)).toMatchObject({ ...headers, sizeBytes: 5, etag })
        expect(await read(`${root}a`)).toBe('bytes')
      })

      it('rejects where there is nothing to copy', async () => {
        const root = `${randomUUID()}/`
        expect(await codeOf(store.copy(`${root}a`, `${root}b`, ALWAYS, signal))).toBe('object-missing')
        expect(await store.head(`${root}b`, signal)).toBeNull()
      })

      it('keeps its condition about the target', async () => {
        const root = `${randomUUID()}/`
        await put(`${root}a`, 'new')
        const old = await put(`${root}b`, 'old')
        expect(await codeOf(store.copy(`${root}a`, `${root}b`, ABSENT, signal))).toBe('conflict')
        const stale: WriteCondition = { kind: 'matches', etag: digestsOf(Buffer.from('stale')).md5 }
        expect(await codeOf(store.copy(`${root}a`, `${root}b`, stale, signal))).toBe('conflict')
        expect(await read(`${root}b`)).toBe('old')
        await store.copy(`${root}a`, `${root}b`, { kind: 'matches', etag: old }, signal)
        expect(await read(`${root}b`)).toBe('new')
      })
    })

    describe('conditions', () => {
      it('writes where nothing is, and only there', async () => {
        const key = randomUUID()
        await put(key, 'first', ABSENT)
        expect(await codeOf(put(key, 'second', ABSENT))).toBe('conflict')
        expect(await read(key)).toBe('first')
      })

      it('replaces what was seen, and only that', async () => {
        const key = randomUUID()
        const seen = await put(key, 'first')
        await put(key, 'second', { kind: 'matches', etag: seen })
        expect(await codeOf(put(key, 'third', { kind: 'matches', etag: seen }))).toBe('conflict')
        expect(await read(key)).toBe('second')
      })

      it('does not replace what has gone', async () => {
        const key = randomUUID()
        const seen = await put(key, 'first')
        await store.delete([key], signal)
        expect(await codeOf(put(key, 'second', { kind: 'matches', etag: seen }))).toBe('conflict')
        expect(await store.head(key, signal)).toBeNull()
      })

      it('lets exactly one of many writers be the first', async () => {
        const key = randomUUID()
        const texts = ['a', 'b', 'c', 'd', 'e', 'f']
        const outcomes = await Promise.allSettled(texts.map((text) => put(key, text, ABSENT)))
        const winners = texts.filter((_, index) => outcomes[index]?.status === 'fulfilled')
        expect(winners).toEqual([await read(key)])
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' })
        }
      })
    })

    describe('multipart', () => {
      it('joins parts that are named in any order', async () => {
        const key = `${randomUUID()}/big ü.tif`
        const { multipart, parts, whole } = await sendParts(key, [PART_BYTES, PART_BYTES, 7])
        const etag = await store.complete(multipart, parts.toReversed(), ABSENT, signal)
        expect(etag).toBe(joinedEtag(parts.map(({ md5 }) => md5 ?? '')))
        expect(await store.head(key, signal)).toMatchObject({
          etag,
          sizeBytes: whole.length,
          contentType: 'image/jpeg'
        })
        const stored = await buffer(await store.get(key, null, signal))
        expect(stored.equals(whole)).toBe(true)
      })

      it('is not seen before it is complete', async () => {
        const key = randomUUID()
        const { multipart } = await sendParts(key, [3])
        expect(await store.head(key, signal)).toBeNull()
        expect((await listAll(key, null, 10)).keys).toEqual([])
        await store.abort(multipart, signal)
      })

      it('knows the upload no more once it is complete', async () => {
        const { multipart, parts } = await sendParts(randomUUID(), [3])
        await store.complete(multipart, parts, ALWAYS, signal)
        expect(await codeOf(store.complete(multipart, parts, ALWAYS, signal))).toBe('upload-missing')
        await store.abort(multipart, signal)
        expect(await store.head(multipart.key, signal)).toMatchObject({ sizeBytes: 3 })
      })

      it('knows it no more once it is dropped, and drops it twice', async () => {
        const { multipart, parts } = await sendParts(randomUUID(), [3])
        await store.abort(multipart, signal)
        await store.abort(multipart, signal)
        expect(await codeOf(store.complete(multipart, parts, ALWAYS, signal))).toBe('upload-missing')
        const body = Buffer.from('late')
        expect(await codeOf(store.sendPart(multipart, 1, body, digestsOf(body), signal))).toBe('upload-missing')
      })

      it('rejects a part that was not sent, and one that is not the one that was sent', async () => {
        const { multipart, parts } = await sendParts(randomUUID(), [PART_BYTES, 3])
        const [first, second] = parts
        if (!first || !second) throw new Error('two parts were sent')
        expect(await codeOf(store.complete(multipart, [...parts, { ...second, number: 3 }], ALWAYS, signal))).toBe(
          'part-rejected'
        )
        expect(await codeOf(store.complete(multipart, [first, { ...second, etag: first.etag }], ALWAYS, signal))).toBe(
          'part-rejected'
        )
        expect(await codeOf(store.complete(multipart, [], ALWAYS, signal))).toBe('part-rejected')
        await store.complete(multipart, parts, ALWAYS, signal)
        expect(await store.head(multipart.key, signal)).toMatchObject({ sizeBytes: PART_BYTES + 3 })
      })

      it('takes a part again in place of the earlier one', async () => {
        const { multipart } = await sendParts(randomUUID(), [3])
        const body = Buffer.from('again')
        const sent = await store.sendPart(multipart, 1, body, digestsOf(body), signal)
        await store.complete(multipart, [sent], ALWAYS, signal)
        expect(await read(multipart.key)).toBe('again')
      })

      it.each(['md5', 'sha256'] as const)('refuses a part whose %s is not the one of its bytes', async (algorithm) => {
        const multipart = await store.openMultipart(randomUUID(), PART_BYTES, JPEG, signal)
        const wrong = digestsOf(Buffer.from('other'))[algorithm]
        const digests = { ...digestsOf(Buffer.from('bytes')), [algorithm]: wrong }
        expect(await codeOf(store.sendPart(multipart, 1, Buffer.from('bytes'), digests, signal))).toBe(
          'digest-mismatch'
        )
        await store.abort(multipart, signal)
      })

      it('keeps its condition, which costs the upload', async () => {
        const key = randomUUID()
        const { multipart, parts } = await sendParts(key, [3])
        const seen = await put(key, 'someone was faster')
        expect(await codeOf(store.complete(multipart, parts, ABSENT, signal))).toBe('conflict')
        expect(await codeOf(store.complete(multipart, parts, ALWAYS, signal))).toBe('upload-missing')
        expect(await read(key)).toBe('someone was faster')
        const again = await sendParts(key, [4])
        await store.complete(again.multipart, again.parts, { kind: 'matches', etag: seen }, signal)
        expect(await store.head(key, signal)).toMatchObject({ sizeBytes: 4 })
      })

      can('does not list uploads')('lists the parts that it has, by number', async () => {
        const { multipart, parts } = await sendParts(randomUUID(), [PART_BYTES, PART_BYTES, 7])
        expect(await store.listParts(multipart, signal)).toEqual(parts)
        await store.abort(multipart, signal)
        expect(await codeOf(store.listParts(multipart, signal))).toBe('upload-missing')
      })

      can('does not list uploads')('lists uploads that are neither complete nor dropped, by prefix', async () => {
        const root = `${randomUUID()}/`
        const keys = ['ü/a b+c.jpg', 'ü/a b+c.jpg', 'ü/a b+c.jpg2', 'other.jpg'].map((tail) => root + tail)
        const before = Date.now()
        const opened = []
        for (const key of keys) opened.push(await store.openMultipart(key, PART_BYTES, JPEG, signal))
        const idsOf = async (prefix: string) =>
          (await store.listUploads(prefix, signal))?.map(({ key, uploadId }) => `${key} ${uploadId}`).sort()
        const named = (some: ReadonlyArray<Multipart>) => some.map(({ key, uploadId }) => `${key} ${uploadId}`).sort()
        expect(await idsOf(root)).toEqual(named(opened))
        expect(await idsOf(`${root}ü/a b+c.jpg`)).toEqual(named(opened.slice(0, 3)))
        expect(await idsOf(`${root}nothing`)).toEqual([])
        for (const { initiatedAtMs } of (await store.listUploads(root, signal)) ?? []) {
          expect(Math.abs(initiatedAtMs - before)).toBeLessThan(60_000)
        }
        const [first, second, ...rest] = opened
        if (!first || !second) throw new Error('four were opened')
        const body = Buffer.from('whole')
        const part = await store.sendPart(first, 1, body, digestsOf(body), signal)
        await store.complete(first, [part], ALWAYS, signal)
        await store.abort(second, signal)
        expect(await idsOf(root)).toEqual(named(rest))
        for (const multipart of rest) await store.abort(multipart, signal)
      })

      it.runIf(exceptions.includes('does not list uploads'))('says that it cannot list uploads', async () => {
        expect(await store.listUploads('', signal)).toBeNull()
      })

      it.runIf(exceptions.includes('does not list uploads'))('says that it cannot list parts', async () => {
        const { multipart } = await sendParts(randomUUID(), [3])
        expect(await store.listParts(multipart, signal)).toBeNull()
        await store.abort(multipart, signal)
      })
    })

    describe('abort signal', () => {
      it('rejects every method with its reason, and nothing has happened', async () => {
        const key = randomUUID()
        await put(key, 'here')
        const { multipart, parts } = await sendParts(`${key}-parts`, [3])
        const controller = new AbortController()
        const reason = new DOMException('The person stopped it', 'AbortError')
        controller.abort(reason)
        const aborted = controller.signal
        const body = Buffer.from('other')
        const attempts: ReadonlyArray<() => Promise<unknown>> = [
          () => store.head(key, aborted),
          () => store.list({ prefix: key, delimiter: null, after: null, limit: 1 }, aborted),
          () => store.get(key, null, aborted),
          () => store.put(key, body, digestsOf(body), JPEG, ALWAYS, aborted),
          () => store.delete([key], aborted),
          () => store.copy(key, `${key}-copy`, ALWAYS, aborted),
          () => store.openMultipart(key, PART_BYTES, JPEG, aborted),
          () => store.sendPart(multipart, 2, body, digestsOf(body), aborted),
          () => store.listParts(multipart, aborted),
          () => store.listUploads(key, aborted),
          () => store.complete(multipart, parts, ALWAYS, aborted),
          () => store.abort(multipart, aborted)
        ]
        for (const attempt of attempts) await expect(attempt()).rejects.toBe(reason)
        expect(await read(key)).toBe('here')
        expect((await listAll(key, null, 10)).keys).toEqual([key])
        await store.complete(multipart, parts, ALWAYS, signal)
        expect(await store.head(`${key}-parts`, signal)).toMatchObject({ sizeBytes: 3 })
      })

      it('ends a body halfway', async () => {
        const { multipart, parts } = await sendParts(randomUUID(), [PART_BYTES])
        await store.complete(multipart, parts, ALWAYS, signal)
        const controller = new AbortController()
        const reader = (await store.get(multipart.key, null, controller.signal)).getReader()
        await reader.read()
        const reason = new DOMException('The person stopped it', 'AbortError')
        controller.abort(reason)
        const drain = async () => {
          while (!(await reader.read()).done);
        }
        // What is on its way already may still arrive whole.
        await drain().catch((error: unknown) => expect(error).toBe(reason))
      })
    })

    describe('links', () => {
      const key = `${randomUUID()}/a b#c?d%e+f&g/Zoë's (1) 🎞️.jpg`

      it('opens at its public address, whatever its name, if it has one', async () => {
        await put(key, 'picture')
        const url = store.publicUrl(key)
        if (url !== null) expect(await open(url)).toBe('picture')
      })

      it('opens at a signed address, if it can sign', async () => {
        await put(key, 'picture')
        const url = await store.presignGet(key, 60)
        if (url !== null) expect(await open(url)).toBe('picture')
      })
    })
  })
}

async function open(url: string): Promise<string> {
  if (url.startsWith('file:')) return readFile(fileURLToPath(url), 'utf8')
  const answer = await fetch(url)
  expect(answer.status).toBe(200)
  return answer.text()
}

/** The code that a promise rejects with; fails where it does not. */
async function codeOf(promise: Promise<unknown>): Promise<ErrorCode> {
  try {
    await promise
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
  throw new Error('It did not reject')
}

function joinedEtag(md5s: ReadonlyArray<string>): string {
  const whole = createHash('md5').update(Buffer.from(md5s.join(''), 'hex'))
  return `${whole.digest('hex')}-${md5s.length}`
}
