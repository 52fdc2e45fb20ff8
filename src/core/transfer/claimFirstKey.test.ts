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

/** A frame whose object is in the bucket. */
async function sent(room: Room, name: string): Promise<Frame> {
  const [frame] = take(room, [name])
  if (!frame) throw new Error('One frame waits')
  await prepare(room, frame)
  const proof = { sizeBytes: 1, sha256: 'a'.repeat(64), etag: 'e', how: 'sent', provedAtMs: 1 } as const
  room.uploads.saveProof(room.retake(), proof, proof.sha256)
  return frame
}

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

  for (const names of [
    ['b/x.jpg', 'a/x.jpg'],
    ['a/x.jpg', 'b/x.jpg']
  ]) {
    it(`leaves a name to the file that was sent under it, where ${names[0]} is looked at first after an edit`, async () => {
      const room = openRoom()
      await sent(room, 'b/x.jpg')
      const files = [room.write('a/x.jpg', 'new'), room.write('b/x.jpg', 'edited')]
      room.frames.addMany(room.collection.id, files, { isPaused: false })
      const waiting = room.frames.takeToPrepare(SESSION, [], 2)
      const rank = ({ relativePath }: Frame) => names.indexOf(relativePath)
      for (const frame of waiting.toSorted((a, b) => rank(a) - rank(b))) await prepare(room, frame)
      expect(keysOf(room, waiting)).toEqual({ 'a/x.jpg': ['x-2.jpg'], 'b/x.jpg': ['x.jpg'] })
    })
  }

  it('leaves a number to the file that was sent under it', async () => {
    const room = openRoom()
    const [first, second] = [await sent(room, 'b/x.jpg'), await sent(room, 'c/x.jpg')]
    room.frames.restart(second.id)
    const [again] = room.frames.takeToPrepare(SESSION, [], 1)
    const [a] = take(room, ['a/x.jpg'])
    if (!a || !again) throw new Error('Two frames wait')
    await prepare(room, a)
    await prepare(room, again)
    const keys = { 'a/x.jpg': ['x-3.jpg'], 'b/x.jpg': ['x.jpg'], 'c/x.jpg': ['x-2.jpg'] }
    expect(keysOf(room, [a, first, again])).toEqual(keys)
  })

  it('gives a name again whose file is no longer wanted', async () => {
    const room = openRoom()
    const { id } = await sent(room, 'b/x.jpg')
    room.frames.forsake(id)
    const [a] = take(room, ['a/x.jpg'])
    if (!a) throw new Error('One frame waits')
    await prepare(room, a)
    expect(keysOf(room, [a])).toEqual({ 'a/x.jpg': ['x.jpg'] })
  })

  it('leaves a file its own name that looks like the number of another', async () => {
    const room = openRoom()
    const frames = take(room, ['b/x.jpg', 'c/x-2.jpg', 'a/x.jpg'])
    for (const frame of frames) await prepare(room, frame)
    expect(keysOf(room, frames)).toEqual({ 'a/x.jpg': ['x.jpg'], 'b/x.jpg': ['x-3.jpg'], 'c/x-2.jpg': ['x-2.jpg'] })
  })
})
