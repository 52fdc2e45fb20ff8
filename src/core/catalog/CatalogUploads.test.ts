import { describe, expect, it } from 'vitest'
import { ORIGINAL, WEB } from '../../shared/model/output.ts'
import { foldKey } from '../shots/suffixKey.ts'
import { openRoom, type Room, SESSION, STUDIO } from '../transfer/testing/openRoom.ts'
import { transition } from '../transfer/UploadState.ts'
import type { Upload } from './records.ts'

const held = { accounts: [], frames: [] }
const problem = { code: 'network', detail: 'The line broke' } as const
const proof = { sizeBytes: 1, sha256: 'ab', etag: 'cd', provedAtMs: 5, how: 'sent' } as const
const multipart = { key: 'a.jpg', uploadId: 'held-by-the-store', partBytes: 8_388_608 }

async function prepared(rules = {}, names = ['a.jpg']) {
  const room = openRoom(rules)
  room.add(...names.map((name) => room.write(name, 'x')))
  const frames = await room.prepare()
  return { ...room, prepared: frames }
}

function prove(room: Room, upload: Upload): Upload {
  return room.uploads.saveProof({ ...upload, sha256: 'ab', sizeBytes: 1 }, proof, 'source')
}

describe('CatalogUploads', () => {
  it('gives an upload out once, as under way, to the session that has claimed it', async () => {
    const { uploads, prepared: frames, find } = await prepared()
    expect(uploads.takeToSend('another-run', 1, held, 10)).toEqual([])
    expect(uploads.takeToSend(SESSION, 1, { accounts: ['studio'], frames: [] }, 10)).toEqual([])
    expect(uploads.takeToSend(SESSION, 1, { accounts: [], frames: [frames[0]?.id ?? ''] }, 10)).toEqual([])
    const [upload, ...others] = uploads.takeToSend(SESSION, 1, held, 10)
    expect(others).toEqual([])
    expect(upload).toMatchObject({ key: 'a.jpg', state: { kind: 'sending', attempt: 0 }, widthPx: 300 })
    expect(uploads.find(upload?.id ?? '')).toEqual(upload)
    expect(find(frames[0]?.id ?? '').status).toBe('working')
    expect(uploads.takeToSend(SESSION, 1, held, 10)).toEqual([])
  })

  it('gives out in the order of the queue, and retries when they are due', async () => {
    const room = await prepared({}, ['a.jpg', 'b.jpg', 'c.jpg'])
    const { uploads } = room
    const [first] = uploads.takeToSend(SESSION, 1, held, 1)
    if (!first) throw new Error('Nothing was given out')
    uploads.saveState(first, transition(first.state, { kind: 'interrupted', retryAtMs: 5_000, problem }))
    expect(uploads.nextDueMs(4_999)).toBe(5_000)
    expect(uploads.nextDueMs(5_000)).toBeNull()
    expect(uploads.takeToSend(SESSION, 4_999, held, 10).map(({ key }) => key)).toEqual(['b.jpg', 'c.jpg'])
    expect(uploads.takeToSend(SESSION, 5_000, held, 10)).toMatchObject([{ id: first.id, state: { attempt: 1 } }])
  })

  it('makes retries of one account due at once', async () => {
    const { uploads, retake } = await prepared()
    const upload = retake()
    uploads.saveState(upload, transition(upload.state, { kind: 'interrupted', retryAtMs: 5_000, problem }))
    uploads.makeDue('another-account')
    expect(uploads.takeToSend(SESSION, 1, held, 10)).toEqual([])
    uploads.makeDue('studio')
    expect(uploads.takeToSend(SESSION, 1, held, 10)).toHaveLength(1)
  })

  it('gives out the renditions of a frame together, then lets them wait for the line', async () => {
    const room = await prepared({
      outputs: [ORIGINAL, WEB, { ...WEB, id: 'proof' }],
      keyTemplate: '{name}-{output}.{ext}'
    })
    const { uploads } = room
    const taken = uploads.takeToRender(SESSION, 1, [])
    expect(taken.map(({ output, state }) => [output.id, state.kind])).toEqual([
      ['web', 'rendering'],
      ['proof', 'rendering']
    ])
    expect(uploads.takeToRender(SESSION, 1, [])).toEqual([])
    const [web, proof] = taken
    if (!web || !proof) throw new Error('Nothing was given out')
    const size = { sizeBytes: 4, widthPx: 3, heightPx: 2, contentType: 'image/webp' }
    uploads.saveRendered(web, { path: '/spool/web.webp', ...size })
    uploads.saveRendered(proof, { path: '/spool/proof.webp', ...size })
    expect([...uploads.countSpooled(SESSION)]).toEqual([['studio', 2]])
    // What is another engine's, or away, does not keep this one from making more.
    expect(uploads.countSpooled('00000000-0000-4000-8000-00000000000f').size).toBe(0)
    expect(uploads.countSpooled(SESSION, [room.collection.id]).size).toBe(0)
    const sent = uploads.takeToSend(SESSION, 1, held, 10)
    expect(sent.map(({ output }) => output.id)).toEqual(['original', 'web', 'proof'])
    expect(sent[1]).toMatchObject({ spoolPath: '/spool/web.webp', ...size })
    uploads.requeue({ ...room.kept(web), spoolPath: null })
    expect(uploads.takeToRender(SESSION, 1, []).map(({ id }) => id)).toEqual([web.id])
  })

  it('keeps done and proof in one step, and forgets the rendition', async () => {
    const room = await prepared()
    const done = prove(room, room.retake())
    expect(room.kept(done)).toEqual(done)
    expect(done.state).toEqual({ kind: 'done', proof })
    expect(room.find(done.frameId)).toMatchObject({ status: 'done', sha256: 'source' })
    expect(room.uploads.proofs.find('studio', 'photos', 'a.jpg')).toMatchObject({ proof, frameId: done.frameId })
    expect(room.uploads.proofs.find('studio', 'photos', 'b.jpg')).toBeNull()
  })

  it('keeps the proof of an upload that began anew meanwhile, and touches nothing of the new version', async () => {
    const room = await prepared()
    const upload = room.retake()
    room.frames.restart(upload.frameId)
    prove(room, upload)
    expect(room.uploads.find(upload.id)).toBeNull()
    expect(room.find(upload.frameId)).toMatchObject({ status: 'waiting', sha256: null })
    expect(room.uploads.proofs.find('studio', 'photos', 'a.jpg')).not.toBeNull()
  })

  it('lets one upload have a key, twins included', async () => {
    const { uploads, prepared: frames } = await prepared({}, ['Zoë.jpg', 'zoe\u0308.JPG', 'other.jpg'])
    const keys = frames.flatMap(({ id }) => uploads.ofFrame(id).map(({ key }) => key))
    expect(keys).toEqual(['Zoë.jpg', 'zoë-2.JPG', 'other.jpg'])
    const [first, second] = frames.flatMap(({ id }) => uploads.ofFrame(id))
    if (!first || !second) throw new Error('Nothing was prepared')
    expect(uploads.claimKey(second, 'ZOË.jpg', foldKey('ZOË.jpg'))).toBe(false)
    expect(uploads.claimKey(first, 'ZOË.jpg', foldKey('ZOË.jpg'))).toBe(true)
    expect(uploads.claimKey({ ...second, bucket: 'elsewhere' }, 'ZOË.jpg', foldKey('ZOË.jpg'))).toBe(true)
  })

  it('turns a multipart upload that is no longer needed into an orphan, once, and forgets its parts', async () => {
    const room = await prepared()
    const { uploads } = room
    const sending = room.retake()
    const opened = uploads.saveState(sending, transition(sending.state, { kind: 'opened', multipart }))
    uploads.recordPart(opened.id, { number: 2, sizeBytes: 7, etag: 'two', md5: null })
    uploads.recordPart(opened.id, { number: 1, sizeBytes: 8, etag: 'one', md5: 'one' })
    uploads.recordPart(opened.id, { number: 1, sizeBytes: 8, etag: 'one again', md5: 'one' })
    const paused = uploads.saveState(opened, transition(opened.state, { kind: 'paused' }))
    expect(uploads.recordedParts(opened.id)).toEqual([
      { number: 1, sizeBytes: 8, etag: 'one again', md5: 'one' },
      { number: 2, sizeBytes: 7, etag: 'two', md5: null }
    ])
    expect(uploads.orphans(STUDIO, 10)).toEqual([])
    uploads.saveState(paused, transition(paused.state, { kind: 'cancelled' }))
    expect(uploads.recordedParts(opened.id)).toEqual([])
    expect(uploads.orphans(STUDIO, 10)).toEqual([{ ...STUDIO, multipart }])
    uploads.dropOrphan({ ...STUDIO, multipart })
    expect(uploads.orphans(STUDIO, 10)).toEqual([])
  })

  it('does not take parts of an earlier multipart upload for those of a new one', async () => {
    const room = await prepared()
    const { uploads } = room
    const upload = room.retake()
    uploads.recordPart(upload.id, { number: 1, sizeBytes: 8, etag: 'late', md5: null }) // acknowledged after a cancel
    uploads.saveState(upload, transition(upload.state, { kind: 'opened', multipart }))
    expect(uploads.recordedParts(upload.id)).toEqual([])
  })

  it('puts back after a crash what was under way, with its multipart upload and its proof', async () => {
    const room = await prepared({}, ['a.jpg', 'b.jpg', 'c.jpg'])
    const { uploads, collection } = room
    const [first, second, third] = uploads.takeToSend(SESSION, 1, held, 3)
    if (!first || !second || !third) throw new Error('Not all were given out')
    uploads.saveState(first, transition(first.state, { kind: 'opened', multipart }))
    uploads.saveState(second, transition(second.state, { kind: 'sent', etag: 'cd' }))
    uploads.saveState(third, transition(third.state, { kind: 'paused' }))
    expect(uploads.takeToSend(SESSION, 1, held, 3)).toEqual([])
    uploads.recover(collection.id)
    expect(uploads.takeToSend(SESSION, 1, held, 3).map(({ id, state }) => [id, state])).toMatchObject([
      [first.id, { kind: 'sending', multipart, restart: null, attempt: 0, problem: null }],
      [second.id, { kind: 'proving', etag: 'cd', attempt: 0 }]
    ])
    expect(uploads.takeToSend(SESSION, 1, held, 3)).toEqual([])
  })

  it.each([
    ['state', '{"kind":"waiting"'],
    ['state', '{"kind":"dreaming"}'],
    ['output', 'null']
  ])('sets aside a row with a damaged %s, and gives out the others', async (column, text) => {
    const room = await prepared({}, ['a.jpg', 'b.jpg'])
    const [frame] = room.prepared
    const [broken] = room.uploads.ofFrame(frame?.id ?? '')
    room.db.prepare(`UPDATE uploads SET ${column} = ? WHERE id = ?`).run(text, broken?.id ?? '')
    expect(room.uploads.takeToSend(SESSION, 1, held, 10).map(({ key }) => key)).toEqual(['b.jpg'])
    expect(room.uploads.find(broken?.id ?? '')?.state).toMatchObject({
      kind: 'failed',
      problem: { code: 'record-damaged' }
    })
    expect(room.find(frame?.id ?? '').status).toBe('failed')
    expect(room.uploads.takeToSend(SESSION, 1, held, 10)).toEqual([])
  })

  it('sets aside a damaged rendition without passing over the next', async () => {
    const room = await prepared({ outputs: [WEB] }, ['a.jpg', 'b.jpg'])
    const [first, second] = room.prepared
    room.db.prepare("UPDATE uploads SET state = '' WHERE frame_id = ?").run(first?.id ?? '')
    expect(room.uploads.takeToRender(SESSION, 1, []).map(({ frameId }) => frameId)).toEqual([second?.id])
    expect(room.find(first?.id ?? '').status).toBe('failed')
  })

  it('takes "done" back from what a person deleted, and gives it back with the object', async () => {
    const room = await prepared()
    const done = prove(room, room.retake())
    expect(room.uploads.markRemoved('studio', 'photos', ['a.jpg', 'unknown.jpg'])).toEqual([done.frameId])
    expect(room.find(done.frameId).status).toBe('cancelled')
    expect(room.uploads.markRemoved('studio', 'photos', ['a.jpg'])).toEqual([])
    expect(room.uploads.markRestored('studio', 'photos', ['a.jpg'])).toEqual([done.frameId])
    expect(room.kept(done).state).toEqual(done.state)
    expect(room.uploads.markRestored('studio', 'photos', ['a.jpg'])).toEqual([])
  })

  it('does not take "done" from an upload for a stranger\'s object under its first name', async () => {
    const room = await prepared()
    const sending = room.retake()
    room.uploads.claimKey(sending, 'a-2.jpg', foldKey('a-2.jpg'))
    prove(room, room.uploads.setKey(sending, { key: 'a-2.jpg', keyNumber: 2, replaces: null }))
    expect(room.uploads.markRemoved('studio', 'photos', ['a.jpg'])).toEqual([])
    expect(room.uploads.markRemoved('studio', 'photos', ['a-2.jpg'])).toEqual([sending.frameId])
  })

  it('tells the proved objects directly below a prefix, emoji included', async () => {
    const names = ['🏔️/a.jpg', '🏔️/deep/b.jpg', '🏔️ other/c.jpg', 'top.jpg']
    const room = await prepared({ keyTemplate: '{folder}/{name}.{ext}' }, names)
    for (const upload of room.uploads.takeToSend(SESSION, 1, held, 10)) prove(room, upload)
    const below = (prefix: string) => [...room.uploads.proofs.below('studio', 'photos', prefix).keys()]
    expect(below('🏔️/')).toEqual(['🏔️/a.jpg'])
    expect(below('')).toEqual(['top.jpg'])
    expect(below('nowhere/')).toEqual([])
  })
})
