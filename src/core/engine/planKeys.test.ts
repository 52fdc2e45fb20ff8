import { describe, expect, it } from 'vitest'
import { selectionRulesSchema } from '../../shared/model/selection.ts'
import type { FrameFile } from '../files/FrameFile.ts'
import { SLICE } from '../transfer/mapInSlices.ts'
import { countTurns } from '../transfer/testing/countTurns.ts'
import { createPaperDarkroom, openRoom } from '../transfer/testing/openRoom.ts'
import { planKeys } from './planKeys.ts'

const { signal } = new AbortController()

function partsOf({ frames, uploads }: ReturnType<typeof openRoom>) {
  const digest = async () => ({ sha256: 'a'.repeat(64), md5: 'b'.repeat(32) })
  return { frames, uploads, darkroom: createPaperDarkroom(), digest }
}

function fileOf(index: number): FrameFile {
  const relativePath = `day/${index}.jpg`
  return { path: `/${relativePath}`, relativePath, sizeBytes: 1, mtimeNs: 1n, ino: 1n, dev: 1n }
}

describe('planKeys', () => {
  it('leaves others their turns with many files, and gives each a key of its own', async () => {
    const room = openRoom({ keyTemplate: 'same.{ext}' })
    const files = Array.from({ length: 10 * SLICE }, (_, index) => fileOf(index))
    const plan = () => planKeys(files, room.destination, partsOf(room), signal)
    const { result, turns } = await countTurns(plan)
    expect(turns).toBeGreaterThanOrEqual(25)
    expect(new Set(result.flatMap(({ objects }) => objects.map(({ key }) => key))).size).toBe(files.length)
  })

  it('gives twins the names that they get when they are prepared, whatever the order in which they are found', async () => {
    const room = openRoom()
    const files = ['z.jpg', 'a/z.jpg', 'a/\u{1f600}z.jpg', 'a/\u{ff01}z.jpg'].map((name) => room.write(name, name))
    const planned = await planKeys(files, room.destination, partsOf(room), signal)
    expect(planned.map(({ file }) => file.relativePath)).toEqual(files.map(({ relativePath }) => relativePath))
    room.add(...files)
    const prepared = await room.prepare()
    const taken = prepared.map(({ id }) => room.uploads.ofFrame(id).map(({ key }) => key))
    expect(taken.flat()).toContain('z-2.jpg')
    expect(planned.map(({ objects }) => objects.map(({ key }) => key))).toEqual(taken)
  })

  it('plans what goes by the rules, and what goes although they leave it out', async () => {
    const room = openRoom({ selection: selectionRulesSchema.parse({ exclude: ['b.*', 'c.*'] }) })
    const files = ['a.jpg', 'b.jpg', 'c.jpg'].map((name) => room.write(name, name))
    const [, taken] = room.add(...files)
    room.frames.takenAnyway.put(taken?.id ?? '')
    const planned = await planKeys(files, room.destination, partsOf(room), signal)
    expect(planned.map(({ file }) => file.relativePath)).toEqual(['a.jpg', 'b.jpg'])
  })
})
