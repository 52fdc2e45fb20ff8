import { describe, expect, it } from 'vitest'
import { ORIGINAL, WEB } from '../../shared/model/output.ts'
import { selectionRulesSchema } from '../../shared/model/selection.ts'
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

const leavingOut = { selection: selectionRulesSchema.parse({ exclude: ['*.jpg'] }) }

describe('FrameCommands', () => {
  it('takes what the rules leave out all the same, whatever becomes of the rules, until it is cancelled', async () => {
    const room = openRoom(leavingOut)
    const { commands, changed } = commandsOf(room)
    const [left, other] = room.add(room.write('a.jpg', 'x'), room.write('b.jpg', 'x'))
    const ids = [left?.id ?? '']
    await room.prepare()
    expect(await commands.takeAnyway([...ids, 'nobody'])).toBe(1)
    expect(changed).toEqual(ids)
    const [taken] = await room.prepare()
    expect([taken?.id, taken?.status]).toEqual([left?.id, 'waiting'])
    expect(room.frames.leftOut.ofCollection(room.collection.id)).toEqual([other?.id])
    expect(await commands.takeAnyway(ids)).toBe(0)

    room.frames.restart(ids[0] ?? '')
    expect((await room.prepare()).map(({ status }) => status)).toEqual(['waiting'])

    expect(await commands.cancel(ids)).toBe(1)
    expect(room.find(ids[0] ?? '').status).toBe('cancelled')
    expect(room.uploads.ofFrame(ids[0] ?? '')).toEqual([])
    expect(await commands.retry(ids)).toBe(1)
    const [again] = await room.prepare()
    expect(room.frames.leftOut.reasonOf(again?.id ?? '')).toBe('Left out by the pattern *.jpg.')
  })

  it('keeps what is in the bucket when what was taken all the same is cancelled', async () => {
    const room = openRoom({ ...leavingOut, outputs: [ORIGINAL, WEB] })
    const { commands } = commandsOf(room)
    const [left] = room.add(room.write('a.jpg', 'x'))
    const ids = [left?.id ?? '']
    await room.prepare()
    await commands.takeAnyway(ids)
    await room.prepare()
    room.render()
    const upload = room.retake()
    const proof = { sizeBytes: 1, sha256: 'a'.repeat(64), etag: 'e', how: 'sent', provedAtMs: 1 } as const
    room.uploads.saveState(upload, { kind: 'done', proof })
    expect(await commands.cancel(ids)).toBe(1)
    expect(room.uploads.ofFrame(ids[0] ?? '').map(({ state }) => state.kind)).toEqual(['done', 'cancelled'])
    expect(room.frames.takenAnyway.has(ids[0] ?? '')).toBe(false)
  })

  it('goes on taking all the same what a cancel has not changed', async () => {
    const room = openRoom(leavingOut)
    const { commands } = commandsOf(room)
    const [left] = room.add(room.write('a.jpg', 'x'))
    const id = left?.id ?? ''
    await room.prepare()
    await commands.takeAnyway([id])
    await room.prepare()
    const proof = { sizeBytes: 1, sha256: 'a'.repeat(64), etag: 'e', how: 'sent', provedAtMs: 1 } as const
    room.uploads.saveProof(room.retake(), proof, proof.sha256)
    expect(await commands.cancel([id])).toBe(0)
    expect(room.frames.takenAnyway.has(id)).toBe(true)
    room.frames.restart(id)
    expect(await commands.cancel([id])).toBe(1) // not prepared yet
    expect(room.frames.takenAnyway.has(id)).toBe(false)
  })

  it('takes all the same what is just being judged anew, and where no rules leave out says nothing', async () => {
    const room = openRoom(leavingOut)
    const { commands, stopped } = commandsOf(room)
    const [left] = room.add(room.write('a.jpg', 'x'))
    const ids = [left?.id ?? '']
    await room.prepare()
    room.collections.save({ ...room.collection, rules: { ...room.collection.rules, user: 'other' } })
    expect(await commands.judgeAnew(SESSION)).toBe(1)
    room.frames.takeToPrepare(SESSION, [], 1)
    stopped.length = 0
    expect(await commands.takeAnyway(ids)).toBe(1)
    expect(stopped).toEqual(ids) // whoever judged it goes by the rules
    expect(await commands.takeAnyway(ids)).toBe(0)
    expect((await room.prepare()).map(({ status }) => status)).toEqual(['waiting'])

    const plain = openRoom()
    const [frame] = plain.add(plain.write('a.jpg', 'x'))
    expect(await commandsOf(plain).commands.takeAnyway([frame?.id ?? ''])).toBe(0)
  })

  it('reads a file that lies in the cloud only when the person says so, and no other that failed', async () => {
    const room = openRoom(leavingOut)
    const { commands } = commandsOf(room)
    const [cloud, broken] = room.add(room.write('a.jpg', 'x'), room.write('b.jpg', 'x'))
    room.frames.takeToPrepare(SESSION, [], 2)
    room.frames.setStatus(cloud?.id ?? '', 'failed', { code: 'file-elsewhere', detail: 'a.jpg' })
    room.frames.setStatus(broken?.id ?? '', 'failed', { code: 'file-unreadable', detail: 'b.jpg' })
    expect(await commands.takeAnyway([cloud?.id ?? '', broken?.id ?? ''])).toBe(1)
    expect((await room.prepare()).map(({ id, status }) => [id, status])).toEqual([[cloud?.id, 'waiting']])
  })

  it('judges anew what earlier rules have left out, once, also after an end half way', async () => {
    const room = openRoom(leavingOut)
    const { commands } = commandsOf(room)
    room.add(...Array.from({ length: 1_200 }, (_, n) => room.write(`${n}.jpg`, 'x')))
    const judge = () => {
      for (const { id } of room.frames.takeToPrepare(SESSION, [], 1_200)) room.frames.leaveOut(id, null, 'Not wanted.')
    }
    judge()
    expect(await commands.judgeAnew(SESSION)).toBe(0)
    room.collections.save({ ...room.collection, name: 'Another name' })
    expect(await commands.judgeAnew(SESSION)).toBe(0)

    const changed = { ...room.collection, rules: { ...room.collection.rules, user: 'other' } }
    room.collections.save({ ...changed, isPaused: true })
    expect(await commands.judgeAnew(SESSION)).toBe(0)
    room.collections.save(changed)
    expect(await commands.judgeAnew('another-run')).toBe(0)
    // What another run did before it ended
    for (const id of room.frames.leftOut.outdated(SESSION, 700)) room.frames.restart(id)
    expect(await commands.judgeAnew(SESSION)).toBe(500)
    expect(room.frames.leftOut.count(room.collection.id)).toBe(0)
    judge()
    expect(room.frames.leftOut.count(room.collection.id)).toBe(1_200)
    expect(await commands.judgeAnew(SESSION)).toBe(0)
  })

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
    const [, web] = room.uploads.ofFrame(frame.id)
    if (!web) throw new Error('There is no rendition')
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
