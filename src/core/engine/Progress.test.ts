import { describe, expect, it } from 'vitest'
import { ORIGINAL, WEB } from '../../shared/model/output.ts'
import { openRoom } from '../transfer/testing/openRoom.ts'
import { Progress } from './Progress.ts'

/** A frame with two outputs, of which the original is on the line. */
async function openLine() {
  const room = openRoom({ keyTemplate: '{name}-{output}.{ext}', outputs: [ORIGINAL, WEB] })
  const [frame] = room.add(room.write('a.jpg', Buffer.alloc(1_000, 'a')))
  if (!frame) throw new Error('The frame was not taken')
  await room.prepare()
  const [original] = room.uploads.ofFrame(frame.id)
  if (!original) throw new Error('The frame has no uploads')
  const progress = new Progress(room.frames)
  const doneBytes = () => progress.measure(0, null)[0]?.doneBytes
  return { room, frame, original, progress, doneBytes }
}

describe('Progress', () => {
  it('keeps the bytes of an original that has arrived while its frame still waits for the rest', async () => {
    const { room, frame, original, progress, doneBytes } = await openLine()
    progress.note(original, frame.collectionId, 600)
    expect(doneBytes()).toBe(600)
    const proof = { sizeBytes: 1_000, sha256: 'a', etag: 'e', provedAtMs: 1, how: 'sent' } as const
    progress.note({ ...original, state: { kind: 'done', proof } }, frame.collectionId, 1_000)
    progress.frameChanged(frame.id)
    expect(doneBytes()).toBe(1_000)
    room.frames.setStatus(frame.id, 'done', null)
    progress.frameChanged(frame.id)
    expect(doneBytes()).toBe(1_000) // from the catalog now, and once
  })

  it('tells what is allowed at this hour, of each collection and of all', async () => {
    const { progress } = await openLine()
    const limits = progress
      .measure(0, 'timetable', 0)
      .map(({ limitBytesPerSecond, hold }) => [limitBytesPerSecond, hold])
    expect(limits).toEqual([
      [0, 'timetable'],
      [0, 'timetable']
    ])
    expect(progress.measure(0, null)[0]?.limitBytesPerSecond).toBeNull()
  })

  it.each(['cancelled', 'failed', 'settling'] as const)(
    'lets go of the bytes of a frame that is %s',
    async (status) => {
      const { room, frame, original, progress, doneBytes } = await openLine()
      progress.note(original, frame.collectionId, 600)
      room.frames.setStatus(frame.id, status, null)
      progress.frameChanged(frame.id)
      expect(doneBytes()).toBe(0)
      expect(progress.sentBytesOf(original.id)).toBe(0)
    }
  )

  it('keeps the bytes of a frame that is paused: its parts are kept too', async () => {
    const { room, frame, original, progress, doneBytes } = await openLine()
    progress.note(original, frame.collectionId, 600)
    room.frames.setStatus(frame.id, 'paused', null)
    progress.frameChanged(frame.id)
    expect(doneBytes()).toBe(600)
  })
})
