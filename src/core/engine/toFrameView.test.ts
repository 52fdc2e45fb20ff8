import { describe, expect, it } from 'vitest'
import { frameViewSchema } from '../../shared/model/frame.ts'
import type { FrameFacts } from '../images/FrameFacts.ts'
import { openRoom, photoFacts } from '../transfer/testing/openRoom.ts'
import { transition, type UploadEvent } from '../transfer/UploadState.ts'
import { toFrameDetail, toFrameView } from './toFrameView.ts'

const expired = { code: 'upload-missing', detail: 'NoSuchUpload' } as const
const broken = { code: 'network', detail: 'The line broke' } as const
const occupant = { sizeBytes: 99, etag: 'e', modifiedAtMs: 1, sha256: null, reason: 'shrinks' } as const

/** The only output of a frame that is being sent, after these events. */
async function viewAfter(...events: ReadonlyArray<UploadEvent>) {
  const room = openRoom()
  const { frame, upload } = await room.sending('a.jpg', 'a picture')
  const state = events.reduce(transition, upload.state)
  room.uploads.saveState(upload, state)
  const view = toFrameView(room.find(frame.id), room.uploads.ofFrame(frame.id), () => 0)
  expect(frameViewSchema.parse(view)).toEqual(view)
  return view.uploads[0]
}

describe('toFrameView', () => {
  it('tells while it is sent again which attempt it is, why the last one failed, and why it began again', async () => {
    const retried: UploadEvent[] = [{ kind: 'interrupted', retryAtMs: 5, problem: broken }, { kind: 'started' }]
    expect(await viewAfter({ kind: 'lost', problem: expired }, ...retried)).toMatchObject({
      status: 'sending',
      attempt: 1,
      problem: broken,
      restart: expired,
      retryAtMs: null
    })
    expect(await viewAfter()).toMatchObject({ status: 'sending', attempt: 0, problem: null, restart: null })
  })

  it('tells of a question what stands at the key and why it is asked', async () => {
    const asked = await viewAfter({ kind: 'met', occupant, isSkipped: false })
    expect(asked).toMatchObject({ status: 'conflict', occupant, restart: null })
  })

  it('names the privacy zones of where it was taken, and none of what tells no position', async () => {
    const room = openRoom()
    const home = { name: 'home', latitude: 51.483, longitude: -3.185, radiusMetres: 500 }
    const viewOf = (facts: FrameFacts, name: string) => {
      const [frame] = room.add(room.write(name, name))
      room.frames.setPrepared(frame?.id ?? '', facts, null, 'done')
      const kept = room.find(frame?.id ?? '')
      const view = toFrameView(kept, [], () => 0, [home])
      expect(frameViewSchema.parse(view)).toEqual(view)
      return { view, detail: toFrameDetail(kept, view, { accountName: 'Studio', bucket: 'photos' }) }
    }
    const position = { latitude: 51.4831, longitude: -3.1851 }
    const placed = viewOf({ ...photoFacts, hasPosition: true, position, durationSeconds: 1.5 }, 'a.mov')
    expect(placed.view.zones).toEqual(['home'])
    expect(placed.detail).toMatchObject({ position, durationSeconds: 1.5, hasPosition: true })
    const old = viewOf({ ...photoFacts, hasPosition: true }, 'b.jpg') // as a version before this one kept it
    expect(old.view).not.toHaveProperty('zones')
    expect(old.detail).toMatchObject({ position: null, durationSeconds: null, hasPosition: true })
  })
})
