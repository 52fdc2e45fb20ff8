import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { ORIGINAL, WEB } from '../../shared/model/output.ts'
import { type Absence, settleAbsence } from './settleAbsence.ts'
import { openRoom, type Room, SESSION } from './testing/openRoom.ts'

const { signal } = new AbortController()
const missing = new AppError('file-missing', 'a.jpg')
const proof = { sizeBytes: 1, sha256: 'a'.repeat(64), etag: 'e', how: 'sent', provedAtMs: 1 } as const

function portsOf({ frames, uploads }: Room, absence: Absence) {
  const asked: string[] = []
  const absenceOf = async ({ id }: { readonly id: string }) => {
    asked.push(id)
    return absence
  }
  return { frames, uploads, absenceOf, asked }
}

describe('settleAbsence', () => {
  it('puts back into the queue what is away with its folder', async () => {
    const room = openRoom()
    const { frame, upload } = await room.sending('a.jpg', 'x')
    const [unprepared] = room.add(room.write('b.jpg', 'x'))
    if (!unprepared) throw new Error('One frame was added')
    room.frames.takeToPrepare(SESSION, [], 1)
    for (const one of [frame, unprepared]) {
      expect(await settleAbsence(one, [upload.id], missing, portsOf(room, 'away'), signal)).toBe(true)
      expect(room.find(one.id).status).toBe('waiting')
    }
    expect(room.retake().id).toBe(upload.id)
    expect(room.frames.takeToPrepare(SESSION, [], 1).map(({ id }) => id)).toEqual([unprepared.id])
  })

  it('gives none of an away collection its turn', async () => {
    const room = openRoom()
    await room.sending('a.jpg', 'x')
    room.add(room.write('b.jpg', 'x'))
    const away = [room.collection.id]
    expect(room.frames.takeToPrepare(SESSION, [], 1, away)).toEqual([])
    expect(room.uploads.takeToRender(SESSION, 0, [], [], away)).toEqual([])
    expect(room.uploads.takeToSend(SESSION, 0, { accounts: [], frames: [], collections: away }, 1)).toEqual([])
    expect(room.frames.takeToPrepare(SESSION, [], 1)).toHaveLength(1)
  })

  it('wants nothing of what was deleted before any of it arrived, and takes a file of that name for a new one', async () => {
    const room = openRoom()
    const { frame, upload } = await room.sending('a.jpg', 'x')
    expect(await settleAbsence(frame, [upload.id], missing, portsOf(room, 'deleted'), signal)).toBe(true)
    expect(room.find(frame.id)).toMatchObject({ status: 'cancelled', problem: { code: 'file-missing' } })
    expect(room.find(frame.id).problem?.detail).toContain('Deleted before it was sent')
    const again = room.write('a.jpg', 'x')
    expect(room.frames.has(room.collection.id, again)).toBe(false)
    expect(room.frames.addMany(room.collection.id, [again], { isPaused: false }).renewed).toEqual([frame.id])
  })

  it('calls it a failure where something of the frame is in the bucket already', async () => {
    const room = openRoom({ outputs: [ORIGINAL, WEB] })
    const { frame, upload } = await room.sending('a.jpg', 'x')
    room.uploads.saveState(upload, { kind: 'done', proof })
    expect(await settleAbsence(frame, [], missing, portsOf(room, 'deleted'), signal)).toBe(false)
    expect(room.uploads.ofFrame(frame.id)).toHaveLength(2)
  })

  it('takes away nothing on which others of the frame are at work', async () => {
    const room = openRoom({ outputs: [ORIGINAL, WEB] })
    const { frame, upload } = await room.sending('a.jpg', 'x')
    const [, made] = room.uploads.ofFrame(frame.id)
    if (made) room.uploads.requeue({ ...made, spoolPath: null }) // lost: it is made again
    const [web] = room.uploads.takeToRender(SESSION, 1, [])
    if (!web) throw new Error('One rendition waits')
    expect(await settleAbsence(frame, [web.id], missing, portsOf(room, 'deleted'), signal)).toBe(false)
    expect(await settleAbsence(frame, [web.id], missing, portsOf(room, 'away'), signal)).toBe(true)
    expect([room.kept(upload), room.kept(web)].map(({ state }) => state.kind)).toEqual(['sending', 'waiting'])
    // The other one has found out the same by now.
    expect(await settleAbsence(frame, [upload.id], missing, portsOf(room, 'deleted'), signal)).toBe(true)
    expect(room.find(frame.id).status).toBe('cancelled')
  })

  it('leaves alone what nobody watches, what fails otherwise, and what was stopped meanwhile', async () => {
    const room = openRoom()
    const { frame, upload } = await room.sending('a.jpg', 'x')
    const stop = new AbortController()
    stop.abort()
    const other = portsOf(room, 'deleted')
    expect(await settleAbsence(frame, [], missing, portsOf(room, 'unknown'), signal)).toBe(false)
    expect(await settleAbsence(frame, [], new AppError('network', 'Gone'), other, signal)).toBe(false)
    expect(other.asked).toEqual([])
    expect(await settleAbsence(frame, [], missing, other, stop.signal)).toBe(false)
    expect(room.kept(upload).state.kind).toBe('sending')
  })
})
