import { describe, expect, it } from 'vitest'
import { ORIGINAL, WEB } from '../../shared/model/output.ts'
import { inTransaction } from '../catalog/openCatalog.ts'
import { FrameCommands } from './FrameCommands.ts'
import { openRoom, type Room, SESSION } from './testing/openRoom.ts'
import { transition } from './UploadState.ts'

const occupant = { sizeBytes: 5, etag: 'theirs', modifiedAtMs: 1, sha256: null, reason: 'other' } as const
const problem = { code: 'server-error', detail: '500' } as const

function commandsOf(room: Room) {
  const stopped: string[] = []
  const changed: string[] = []
  const { frames, uploads, db } = room
  const commands = new FrameCommands({
    frames,
    uploads,
    inTransaction: (act) => inTransaction(db, act),
    stopFrames: (ids) => stopped.push(...ids),
    onFrameChanged: (id) => changed.push(id)
  })
  return { commands, stopped, changed }
}

describe('FrameCommands', () => {
  it('pauses what waits or is under way, and continues it', async () => {
    const room = openRoom()
    const { commands, stopped, changed } = commandsOf(room)
    const { frame, upload } = await room.sending('a.jpg', 'x')
    expect(await commands.pause([frame.id, 'nobody'])).toBe(1)
    expect(stopped).toEqual([frame.id])
    expect(changed).toEqual([frame.id])
    expect(room.kept(upload).state.kind).toBe('paused')
    expect(room.find(frame.id).status).toBe('paused')
    expect(await commands.pause([frame.id])).toBe(0)
    expect(await commands.continue([frame.id])).toBe(1)
    expect(room.retake().id).toBe(upload.id)
  })

  it('pauses, continues and cancels frames that are not prepared yet', async () => {
    const room = openRoom()
    const { commands, stopped } = commandsOf(room)
    const [frame] = room.add(room.write('a.jpg', 'x'))
    const ids = [frame?.id ?? '']
    expect(await commands.pause(ids)).toBe(1)
    expect(room.frames.takeToPrepare(SESSION, [], 1)).toEqual([])
    expect(await commands.continue(ids)).toBe(1)
    expect(await commands.continue(ids)).toBe(0)
    expect(room.frames.takeToPrepare(SESSION, [], 1)).toHaveLength(1)
    expect(await commands.cancel(ids)).toBe(1)
    expect(room.find(ids[0] ?? '').status).toBe('cancelled')
    expect(await commands.retry(ids)).toBe(1)
    expect(room.find(ids[0] ?? '').status).toBe('waiting')
    expect(stopped.length).toBeGreaterThan(0)
  })

  it('cancels what is not done, and leaves what is in the bucket', async () => {
    const room = openRoom()
    const { commands } = commandsOf(room)
    const { frame, upload } = await room.sending('a.jpg', 'x')
    const proof = { sizeBytes: 1, sha256: 's', etag: 'e', provedAtMs: 1, how: 'sent' } as const
    room.uploads.saveProof(upload, proof, 's')
    expect(await commands.cancel([frame.id])).toBe(0)
    expect(room.find(frame.id).status).toBe('done')
  })

  it('tries again what failed, without stopping what goes well', async () => {
    const room = openRoom({ outputs: [ORIGINAL, WEB] })
    const { commands, stopped } = commandsOf(room)
    const { frame, upload } = await room.sending('a.jpg', 'x')
    const [web] = room.uploads.takeToRender(SESSION, 1, [])
    if (!web) throw new Error('Nothing was given out')
    room.uploads.saveState(web, transition(web.state, { kind: 'gave-up', problem }))
    expect(await commands.retry([frame.id])).toBe(1)
    expect(stopped).toEqual([])
    expect(room.kept(upload).state.kind).toBe('sending')
    expect(room.kept(web).state.kind).toBe('waiting')
  })

  it('starts a frame with a damaged row from the beginning', async () => {
    const room = openRoom()
    const { commands } = commandsOf(room)
    const { frame, upload } = await room.sending('a.jpg', 'x')
    room.db.exec("UPDATE uploads SET output = 'damaged'")
    expect(await commands.retry([frame.id])).toBe(1)
    expect(room.uploads.find(upload.id)).toBeNull()
    expect(await room.prepare()).toMatchObject([{ id: frame.id, status: 'waiting' }])
  })

  it.each([
    ['replace', { key: 'a.jpg', replaces: 'theirs', state: { kind: 'waiting' } }],
    ['keep-both', { key: 'a-2.jpg', replaces: null, state: { kind: 'waiting' } }],
    ['skip', { key: 'a.jpg', state: { kind: 'skipped', occupant } }]
  ] as const)('answers a conflict with %s', async (answer, expected) => {
    const room = openRoom()
    const { commands } = commandsOf(room)
    const { frame, upload } = await room.sending('a.jpg', 'x')
    room.uploads.saveState(upload, transition(upload.state, { kind: 'met', occupant, isSkipped: false }))
    expect(await commands.resolve([frame.id], answer)).toBe(1)
    expect(room.kept(upload)).toMatchObject(expected)
    expect(await commands.resolve([frame.id], answer)).toBe(0)
  })

  it('reaches every frame of a selection larger than one batch', async () => {
    const room = openRoom()
    const { commands } = commandsOf(room)
    const file = room.write('a.jpg', 'x')
    const files = Array.from({ length: 1_201 }, (_, index) => ({ ...file, path: `${file.path}-${index}` }))
    const ids = room.add(...files).map(({ id }) => id)
    expect(await commands.pause(ids)).toBe(1_201)
    expect(room.frames.counts()).toMatchObject([{ status: 'paused', frames: 1_201 }])
  })
})
