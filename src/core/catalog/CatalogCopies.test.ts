import { describe, expect, it } from 'vitest'
import { ORIGINAL, type Output, WEB } from '../../shared/model/output.ts'
import { openRoom, SESSION } from '../transfer/testing/openRoom.ts'
import { transition } from '../transfer/UploadState.ts'
import type { Upload } from './records.ts'

const PROOF: Output = { ...WEB, id: 'proof' }
const problem = { code: 'picture-damaged', detail: 'Premature end' } as const

async function prepared(outputs: Output[] = [ORIGINAL, WEB, PROOF]) {
  const room = openRoom({ outputs })
  room.add(room.write('a.jpg', 'half a picture'))
  const [frame] = await room.prepare()
  if (!frame) throw new Error('Nothing was prepared')
  const { uploads } = room
  return {
    ...room,
    frame,
    /** What could be sent now, by output; it stays where it is. */
    sendable: () => {
      const taken = uploads.takeToSend(SESSION, Number.MAX_SAFE_INTEGER, { accounts: [], frames: [] }, 10)
      for (const upload of taken) uploads.requeue(upload)
      return taken.map(({ output }) => output.id)
    },
    giveUp: (upload: Upload | undefined) => {
      if (!upload) throw new Error('Nothing was given out')
      return uploads.saveState(upload, transition(upload.state, { kind: 'gave-up', problem }))
    }
  }
}

describe('CatalogCopies', () => {
  it('lets an original go once the last copy of its frame is made, or cannot be', async () => {
    const { uploads, sendable, giveUp } = await prepared()
    expect(sendable()).toEqual([])
    const [web, proof] = uploads.takeToRender(SESSION, 1, [])
    giveUp(web)
    expect(sendable()).toEqual([])
    giveUp(proof)
    expect(sendable()).toEqual(['original'])
  })

  it('does not have an original wait that has no copies, or none that can be made', async () => {
    expect((await prepared([ORIGINAL])).sendable()).toEqual(['original'])
    const { uploads, sendable, giveUp } = await prepared([ORIGINAL, WEB])
    giveUp(uploads.takeToRender(SESSION, 1, [])[0])
    expect(sendable()).toEqual(['original'])
  })

  it('does not have an original wait for a copy that is tried again later', async () => {
    const { uploads, sendable } = await prepared([ORIGINAL, WEB])
    const [web] = uploads.takeToRender(SESSION, 1, [])
    if (!web) throw new Error('Nothing was given out')
    const full = { code: 'disk-full', detail: 'No room' } as const
    uploads.saveState(web, transition(web.state, { kind: 'interrupted', retryAtMs: 1, problem: full }))
    expect(sendable()).toEqual(['original'])
  })

  it('knows after a crash what waits for what', async () => {
    const { uploads, collection, sendable, giveUp } = await prepared([ORIGINAL, WEB])
    uploads.takeToRender(SESSION, 1, [])
    uploads.recover(collection.id)
    expect(sendable()).toEqual([])
    giveUp(uploads.takeToRender(SESSION, 1, [])[0])
    uploads.recover(collection.id)
    expect(sendable()).toEqual(['original'])
  })

  it('has an original wait again after a pause, and goes on without a copy that was cancelled', async () => {
    const { uploads, frame, sendable } = await prepared([ORIGINAL, WEB])
    // Copies first, as the commands do it.
    for (const kind of ['paused', 'continued'] as const) {
      for (const upload of uploads.ofFrame(frame.id).toReversed())
        uploads.saveState(upload, transition(upload.state, { kind }))
      expect(sendable()).toEqual([])
    }
    const [, web] = uploads.ofFrame(frame.id)
    if (!web) throw new Error('There is no copy')
    uploads.saveState(web, transition(web.state, { kind: 'cancelled' }))
    expect(sendable()).toEqual(['original'])
  })

  it('does not have an original that is tried again wait for a copy that is paused', async () => {
    const { uploads, frame, sendable } = await prepared([ORIGINAL, WEB])
    const [original, web] = uploads.ofFrame(frame.id)
    if (!original || !web) throw new Error('Nothing was prepared')
    uploads.saveState(web, transition(web.state, { kind: 'paused' }))
    expect(sendable()).toEqual(['original'])
  })

  it('lets every original of its engine go once the disk has no room for copies', async () => {
    const { db, uploads, collection, frame, sendable } = await prepared([ORIGINAL, WEB])
    const [web] = uploads.ofFrame(frame.id).filter(({ output }) => output.id === 'web')
    if (!web) throw new Error('There is no copy')
    uploads.quiet.hold(collection.id, ['photo'])
    uploads.letOriginalsGo(web)
    expect(sendable()).toEqual([])
    uploads.quiet.release(collection.id)
    expect(sendable()).toEqual(['original'])
    expect(db.prepare("SELECT count(*) AS held FROM uploads WHERE work = 'copies'").get()).toEqual({ held: 1 })
    uploads.letOriginalsGo(web)
    expect(sendable()).toEqual(['original'])
  })

  it('does not have an original wait for a copy whose row does not parse', async () => {
    const { db, uploads, sendable } = await prepared([ORIGINAL, WEB])
    db.exec("UPDATE uploads SET output = '{' WHERE output_id = 'web'")
    expect(uploads.takeToRender(SESSION, 1, [])).toEqual([])
    expect(sendable()).toEqual(['original'])
  })

  it.each(['made', 'failed'])('keeps an original for the quiet hours whose copies are %s before them', async (how) => {
    const { uploads, collection, render, giveUp, sendable } = await prepared([ORIGINAL, WEB])
    uploads.quiet.hold(collection.id, ['photo'])
    if (how === 'made') render()
    else giveUp(uploads.takeToRender(SESSION, 1, [])[0])
    const copies = how === 'made' ? ['web'] : []
    expect(sendable()).toEqual(copies)
    expect(uploads.quiet.release(collection.id)).toBe(true)
    expect(sendable()).toEqual(['original', ...copies])
  })

  it('cleans no original before its quiet hours, though its copies are made', async () => {
    const { uploads, collection } = await prepared([{ kind: 'original', id: 'original', removesPosition: true }, WEB])
    uploads.quiet.hold(collection.id, ['photo'])
    expect(uploads.takeToRender(SESSION, 1, []).map(({ output }) => output.id)).toEqual(['web'])
    uploads.quiet.release(collection.id)
    expect(uploads.takeToRender(SESSION, 1, []).map(({ output }) => output.id)).toEqual(['original'])
  })

  it('goes on waiting for the copies where the quiet hours come first', async () => {
    const { uploads, collection, render, sendable } = await prepared([ORIGINAL, WEB])
    uploads.quiet.hold(collection.id, ['photo'])
    uploads.quiet.release(collection.id)
    expect(sendable()).toEqual([])
    render()
    expect(sendable()).toEqual(['original', 'web'])
  })

  it('proves what was sent, whatever becomes of the copies meanwhile', async () => {
    const { uploads, frame, render, retake, sendable } = await prepared([ORIGINAL, WEB])
    render()
    const original = retake()
    uploads.saveState(original, transition(original.state, { kind: 'sent', etag: 'e' }))
    const [, web] = uploads.ofFrame(frame.id)
    if (!web) throw new Error('There is no copy')
    uploads.saveState({ ...web, spoolPath: null }, web.state) // lost from the disk
    uploads.recover(frame.collectionId)
    expect(sendable()).toEqual(['original'])
  })
})
