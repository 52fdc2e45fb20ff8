import { describe, expect, it } from 'vitest'
import { WEB } from '../../shared/model/output.ts'
import type { Frame } from '../catalog/records.ts'
import { prepareFrame } from './prepareFrame.ts'
import { createPaperDarkroom, openRoom, type Room, SESSION } from './testing/openRoom.ts'

const { signal } = new AbortController()

/** The frames of these names, taken in that order. */
function take(room: Room, names: ReadonlyArray<string>): ReadonlyArray<Frame> {
  room.add(...names.map((name) => room.write(name, name)))
  return room.frames.takeToPrepare(SESSION, [], 100)
}

const prepare = (room: Room, frame: Frame) =>
  prepareFrame(frame, room.destination, { ...room, darkroom: createPaperDarkroom() }, signal)

const keysOf = (room: Room, frames: ReadonlyArray<Frame>) =>
  Object.fromEntries(
    frames.map(({ id, relativePath }) => [relativePath, room.uploads.ofFrame(id).map(({ key }) => key)])
  )

const twins = ['a/IMG.jpg', 'b/img.jpg']

describe('claimFirstKey', () => {
  for (const names of [twins, twins.toReversed()]) {
    it(`gives the bare name to the first by path where ${names[0]} is looked at first`, async () => {
      const room = openRoom()
      const frames = take(room, names)
      for (const frame of frames) await prepare(room, frame)
      expect(keysOf(room, frames)).toEqual({ 'a/IMG.jpg': ['IMG.jpg'], 'b/img.jpg': ['img-2.jpg'] })
    })
  }

  it('does so for renditions too, and sends each under the name that it has in the end', async () => {
    const room = openRoom({ outputs: [WEB], keyTemplate: '{name}-{output}.{ext}' })
    const [b, a] = take(room, ['b/x.jpg', 'a/x.jpg'])
    if (!a || !b) throw new Error('Two frames wait')
    await prepare(room, b)
    expect(room.uploads.takeToRender(SESSION, 0, []).map(({ frameId }) => frameId)).toEqual([b.id])
    await prepare(room, a)
    expect(keysOf(room, [a, b])).toEqual({ 'a/x.jpg': ['x-web.webp'], 'b/x.jpg': ['x-web-2.webp'] })
  })

  it('leaves what was begun, what has a number and what is of another collection where it is', async () => {
    const room = openRoom()
    const frames = take(room, ['c/x.jpg', 'b/x.jpg', 'a/x.jpg'])
    const [c, b, a] = frames
    if (!a || !b || !c) throw new Error('Three frames wait')
    await prepare(room, c)
    const begun = room.retake()
    room.uploads.requeue(begun)
    await prepare(room, b)
    await prepare(room, a)
    expect(keysOf(room, frames)).toEqual({ 'c/x.jpg': ['x.jpg'], 'b/x.jpg': ['x-2.jpg'], 'a/x.jpg': ['x-3.jpg'] })
  })

  it('leaves a file its own name that looks like the number of another', async () => {
    const room = openRoom()
    const frames = take(room, ['b/x.jpg', 'c/x-2.jpg', 'a/x.jpg'])
    for (const frame of frames) await prepare(room, frame)
    expect(keysOf(room, frames)).toEqual({ 'a/x.jpg': ['x.jpg'], 'b/x.jpg': ['x-3.jpg'], 'c/x-2.jpg': ['x-2.jpg'] })
  })
})
