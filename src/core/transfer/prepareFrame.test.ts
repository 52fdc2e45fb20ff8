import { hash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../shared/errors.ts'
import type { CollectionRules } from '../../shared/model/collection.ts'
import { ORIGINAL, WEB } from '../../shared/model/output.ts'
import { folderOf, prepareFrame, splitName } from './prepareFrame.ts'
import { createPaperDarkroom, openRoom, photoFacts, SESSION } from './testing/openRoom.ts'

const { signal } = new AbortController()
const text = { ...photoFacts, kind: 'other', contentType: 'text/plain', extension: 'txt', widthPx: null } as const

describe('prepareFrame', () => {
  it('writes a row with a key for each output before anything is sent', async () => {
    const room = openRoom({ outputs: [ORIGINAL, WEB], keyTemplate: '{collection}/{folder}/{name}.{ext}' })
    room.add(room.write('church/IMG_1.JPG', 'a picture'))
    const [frame] = await room.prepare()
    expect(frame).toMatchObject({ status: 'waiting', sha256: hash('sha256', 'a picture'), facts: photoFacts })
    const uploads = room.uploads.ofFrame(frame?.id ?? '')
    expect(uploads).toMatchObject([
      { key: 'Lake/church/IMG_1-original.JPG', sizeBytes: 9, sha256: hash('sha256', 'a picture'), widthPx: 300 },
      { key: 'Lake/church/IMG_1-web.webp', sizeBytes: null, sha256: null, contentType: 'image/webp', widthPx: null }
    ])
  })

  it('reads the whole file only where something needs its digest', async () => {
    const room = openRoom({ keyTemplate: '{name}.{ext}' })
    room.add(room.write('a.jpg', 'a picture'))
    expect((await room.prepare())[0]?.sha256).toBeNull()
    const hashed = openRoom({ keyTemplate: '{sha256:8}.{ext}' })
    hashed.add(hashed.write('a.jpg', 'a picture'))
    const [frame] = await hashed.prepare()
    expect(hashed.uploads.ofFrame(frame?.id ?? '')[0]?.key).toBe(`${hash('sha256', 'a picture').slice(0, 8)}.jpg`)
  })

  it('suffixes twins that differ only in case or normalisation', async () => {
    const room = openRoom()
    room.add(...['Zoë.jpg', 'zoe\u0308.jpg', 'ZOË.JPG'].map((name, index) => room.write(`${index}/${name}`, name)))
    const keys = (await room.prepare()).flatMap(({ id }) => room.uploads.ofFrame(id).map(({ key }) => key))
    expect(keys).toEqual(['Zoë.jpg', 'zoë-2.jpg', 'ZOË-3.JPG'])
  })

  it('gives the reason to the rendition of a text that is named .jpg, and sends the original as what it is', async () => {
    const room = openRoom({ outputs: [ORIGINAL, WEB] })
    room.add(room.write('notes.jpg', 'not a picture'))
    const [frame] = await room.prepare(createPaperDarkroom({ ...text, mismatch: { named: 'jpg', is: 'txt' } }))
    expect(room.uploads.ofFrame(frame?.id ?? '').map(({ state, contentType }) => [state, contentType])).toMatchObject([
      [{ kind: 'waiting' }, 'text/plain'],
      [{ kind: 'failed', problem: { code: 'picture-unsupported' } }, 'image/webp']
    ])
    expect(frame?.status).toBe('waiting')
  })

  it('makes no rendition of what never claimed to be a picture', async () => {
    const room = openRoom({ outputs: [ORIGINAL, WEB] })
    room.add(room.write('notes.txt', 'notes'))
    const [frame] = await room.prepare(createPaperDarkroom(text))
    expect(room.uploads.ofFrame(frame?.id ?? '').map(({ output }) => output.id)).toEqual(['original'])
  })

  it.each<[ErrorCode, string, Partial<CollectionRules>]>([
    ['file-empty', '', {}],
    ['template-invalid', 'x', { keyTemplate: '{nonsense}' }],
    ['key-too-long', 'x', { keyTemplate: `${'long/'.repeat(204)}{name}.{ext}` }],
    ['picture-unsupported', 'x', { outputs: [WEB] }]
  ])('says %s and writes no row', async (code, content, rules) => {
    const room = openRoom(rules)
    const [frame] = room.add(room.write('notes.txt', content))
    await expect(room.prepare(createPaperDarkroom(text))).rejects.toMatchObject({ code })
    expect(room.uploads.ofFrame(frame?.id ?? '')).toEqual([])
  })

  it('refuses a frame that is not the file that was seen', async () => {
    const room = openRoom({ outputs: [WEB] })
    const file = room.write('a.jpg', 'a picture')
    room.add(file)
    writeFileSync(file.path, 'another, longer picture')
    await expect(room.prepare()).rejects.toMatchObject({ code: 'file-changed' })
  })

  it('writes nothing once it is stopped', async () => {
    const room = openRoom()
    room.add(room.write('a.jpg', 'a picture'))
    const [frame] = room.frames.takeToPrepare(SESSION, [], 1)
    const stop = new AbortController()
    const paper = createPaperDarkroom()
    const inspect: typeof paper.inspect = async (path) => {
      stop.abort()
      return paper.inspect(path, signal)
    }
    if (!frame) throw new Error('Nothing was given out')
    const ports = { ...room, darkroom: { ...paper, inspect } }
    await expect(prepareFrame(frame, room.destination, ports, stop.signal)).rejects.toMatchObject({
      name: 'AbortError'
    })
    expect(room.uploads.ofFrame(frame.id)).toEqual([])
  })
})

describe('splitName and folderOf', () => {
  it.each([
    ['a/b/IMG_1.JPG', 'a/b', 'IMG_1', 'JPG'],
    ['.hidden', '', '.hidden', null],
    ['no extension', '', 'no extension', null],
    ['a.tar.gz', '', 'a.tar', 'gz'],
    ['v1.2/file', 'v1.2', 'file', null],
    ['ends.', '', 'ends', '']
  ])('%s', (path, folder, name, extension) => {
    expect(folderOf(path)).toBe(folder)
    expect(splitName(path)).toEqual({ name, extension })
  })
})
