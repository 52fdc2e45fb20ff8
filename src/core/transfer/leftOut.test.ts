import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { ORIGINAL, WEB } from '../../shared/model/output.ts'
import { selectionRulesSchema } from '../../shared/model/selection.ts'
import type { Darkroom } from '../images/Darkroom.ts'
import type { FrameFacts } from '../images/FrameFacts.ts'
import { type Destination, prepareFrame } from './prepareFrame.ts'
import { createPaperDarkroom, openRoom, photoFacts, type Room, SESSION } from './testing/openRoom.ts'
import { transition } from './UploadState.ts'

const selection = (rules: object) => ({ selection: selectionRulesSchema.parse(rules) })
const rated = (rating: number, label: string | null = null) => ({ marks: { rating, label, keywords: [] } })

/** A darkroom that knows files by the ends of their names. */
function darkroomOf(facts: Readonly<Record<string, Partial<FrameFacts>>>): Darkroom {
  return {
    ...createPaperDarkroom(),
    inspect: async (path) => {
      const [end] = Object.keys(facts).filter((name) => path.endsWith(name))
      if (end === undefined) throw new AppError('file-missing', path)
      return { ...photoFacts, ...facts[end] }
    }
  }
}

/** Prepares all while RAW has to wait. */
async function prepareQuiet(room: Room) {
  const darkroom = darkroomOf({ '.cr3': { kind: 'raw' }, '.jpg': {} })
  const to: Destination = { ...room.destination, waitingKinds: ['raw'] }
  const taken = room.frames.takeToPrepare(SESSION, [], 10)
  for (const frame of taken) await prepareFrame(frame, to, { ...room, darkroom }, new AbortController().signal)
  return taken.map(({ id }) => room.find(id))
}

describe('prepareFrame', () => {
  it('writes of a frame that the rules leave out why, and opens no file for a name', async () => {
    const room = openRoom(selection({ exclude: ['Export/'], mostBytes: 5 }))
    room.add(room.write('Export/a.jpg', 'a'), room.write('b.jpg', 'too large'), room.write('c.jpg', 'c'))
    const prepared = await room.prepare(darkroomOf({ 'c.jpg': {} }))
    expect(prepared.map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'waiting'])
    expect(prepared.map(({ id }) => room.frames.leftOut.reasonOf(id))).toEqual([
      'Left out by the pattern Export/.',
      'Larger than 5 B, the most that goes.',
      null
    ])
    expect(room.frames.leftOut.count(room.collection.id)).toBe(2)
    expect(room.uploads.ofFrame(prepared[0]?.id ?? '')).toEqual([])
    expect(room.frames.takeToPrepare(SESSION, [], 10)).toEqual([])
  })

  it('leaves out kinds', async () => {
    const room = openRoom(selection({ kinds: ['raw'] }))
    room.add(room.write('a.jpg', 'a'), room.write('a.cr3', 'a'))
    const prepared = await room.prepare(darkroomOf({ '.jpg': {}, '.cr3': { kind: 'raw' } }))
    expect(prepared.map(({ status }) => status)).toEqual(['cancelled', 'waiting'])
  })

  it('believes the sidecar more than the picture, and the picture’s own sidecar more than that of the stem', async () => {
    const room = openRoom(selection({ leastRating: 3 }))
    const names = ['a.cr3', 'b.cr3', 'b.xmp', 'c.cr3', 'c.xmp', 'c.cr3.XMP', 'd.jpg', 'd.e.jpg', 'd.xmp']
    room.add(...names.map((name) => room.write(name, name)))
    const sidecar = { kind: 'sidecar' } as const
    const facts = {
      'a.cr3': rated(3),
      'b.cr3': rated(5),
      'b.xmp': { ...sidecar, ...rated(1) },
      'c.cr3': rated(0),
      'c.xmp': { ...sidecar, ...rated(0) },
      'c.cr3.XMP': { ...sidecar, ...rated(4) },
      'd.jpg': {},
      'd.e.jpg': {},
      'd.xmp': { ...sidecar, ...rated(5) }
    }
    const prepared = await room.prepare(darkroomOf(facts))
    const going = prepared.filter(({ status }) => status === 'waiting').map(({ relativePath }) => relativePath)
    expect(going).toEqual(['a.cr3', 'c.cr3', 'c.cr3.XMP', 'd.jpg', 'd.xmp'])
  })

  it('takes a frame that is started anew under other rules', async () => {
    const room = openRoom(selection({ leastRating: 3 }))
    room.add(room.write('a.jpg', 'a'))
    const [frame] = await room.prepare(darkroomOf({ 'a.jpg': rated(2) }))
    expect(frame).toMatchObject({ status: 'cancelled', facts: rated(2) })
    room.frames.restart(frame?.id ?? '')
    expect(room.frames.leftOut.count(room.collection.id)).toBe(0)
    const [again] = await room.prepare(darkroomOf({ 'a.jpg': rated(3) }))
    expect(again?.status).toBe('waiting')
  })

  it('asks the rules of now, where they changed while the frame was looked at', async () => {
    const room = openRoom(selection({ leastRating: 3 }))
    room.add(room.write('a.jpg', 'a'))
    const [frame] = room.frames.takeToPrepare(SESSION, [], 1)
    if (!frame) throw new Error('One frame waits')
    const rules = { ...room.collection.rules, ...selection({ leastRating: 1 }) }
    const to: Destination = { ...room.destination, rulesNow: () => rules }
    const darkroom = darkroomOf({ 'a.jpg': rated(2) })
    await prepareFrame(frame, to, { ...room, darkroom }, new AbortController().signal)
    expect(room.find(frame.id).status).toBe('waiting')
    const [again] = room.frames.takeToPrepare(SESSION, [], 1)
    expect(again?.id).toBe(frame.id)
  })

  it('lets originals of the kinds for the quiet hours wait, and their renditions go', async () => {
    const room = openRoom({ outputs: [ORIGINAL, WEB] })
    room.add(room.write('a.cr3', 'a raw'), room.write('b.jpg', 'a picture'))
    const prepared = await prepareQuiet(room)
    const { quiet } = room.uploads
    expect(prepared.map(({ id }) => quiet.holds(id))).toEqual([true, false])
    expect(prepared[0]?.status).toBe('waiting')
    const taken = () => room.uploads.takeToSend(SESSION, Date.now(), { accounts: [], frames: [] }, 10)
    expect(taken()).toEqual([]) // the other one waits for its rendition
    expect(room.render().map(({ key }) => key)).toEqual(['a-web.webp'])
    expect(room.render().map(({ key }) => key)).toEqual(['b-web.webp'])
    expect(taken().map(({ key }) => key)).toEqual(['a-web.webp', 'b-original.jpg', 'b-web.webp'])
    expect(quiet.release(room.collection.id)).toBe(true)
    expect(quiet.release(room.collection.id)).toBe(false)
    expect(taken().map(({ key }) => key)).toEqual(['a-original.cr3'])
  })

  it('holds again what was put back into the queue, and nothing that a person has paused', async () => {
    const room = openRoom()
    room.add(...['a.cr3', 'b.cr3'].map((name) => room.write(name, name)))
    const prepared = await prepareQuiet(room)
    const { uploads, collection } = room
    const [a, b] = prepared.flatMap(({ id }) => uploads.ofFrame(id))
    if (!a || !b) throw new Error('Two frames have two uploads')
    uploads.saveState(a, transition(a.state, { kind: 'paused' }))
    uploads.saveState(b, b.state)
    uploads.quiet.hold(collection.id, ['raw'])
    const taken = () => uploads.takeToSend(SESSION, Date.now(), { accounts: [], frames: [] }, 10).length
    expect(taken()).toBe(0)
    uploads.quiet.release(collection.id)
    expect(taken()).toBe(1)
    expect(room.kept(a).state.kind).toBe('paused')
  })
})
