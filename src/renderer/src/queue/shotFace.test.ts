import { describe, expect, it } from 'vitest'
import type { FrameView } from '../../../shared/model/frame.ts'
import { fakeFrame, fakeShot } from '../testing/fakeFrames.ts'
import { type QueueItem, toItems } from './QueueItem.ts'
import { kindChips, shotFace, shotSentence } from './shotFace.ts'

function shotOf(frames: ReadonlyArray<FrameView>): QueueItem {
  const [item] = toItems(frames, 'shot')
  if (!item) throw new Error('no shot')
  return item
}

const sentence = (item: QueueItem) => shotSentence(item, 0, () => null, '22:00–06:00')

describe('the row of a shot', () => {
  it('has one state, one size and the uploads of all its files', () => {
    const item = shotOf(fakeShot(1, 'sending-parts', 'done', 'done'))
    const face = shotFace(item)
    expect(face).toMatchObject({ name: 'IMG_0101', status: 'working' })
    expect(face.uploads).toHaveLength(6)
    expect(face.sizeBytes).toBe(item.frames.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
    expect(sentence(item)).toBe('Sending, 3 of 4 parts')
  })

  it('has the picture of whichever file has one, and is of the kind of the picture itself', () => {
    const [raw, jpeg, sidecar] = fakeShot(1, 'done', 'done', 'failed')
    if (!raw || !jpeg || !sidecar) throw new Error('three files')
    const seen: FrameView = { ...jpeg, previewUrl: 'previews/a.webp', thumbhash: '1QcSHQRnh493V4dIh4eXh1h4kJUI' }
    const face = shotFace(shotOf([sidecar, raw, seen]))
    expect(face).toMatchObject({ kind: 'raw', previewUrl: 'previews/a.webp', thumbhash: seen.thumbhash })
  })

  it('is done when all is, and says nothing of files that were cancelled', () => {
    expect(sentence(shotOf(fakeShot(1, 'done', 'done', 'done')))).toBe('In the bucket, proved')
    expect(sentence(shotOf(fakeShot(1, 'done', 'done', 'cancelled')))).toBe('In the bucket, proved')
    expect(sentence(shotOf(fakeShot(1, 'cancelled', 'cancelled', 'cancelled')))).toBe('Cancelled')
  })

  it('names the file that is in trouble', () => {
    expect(sentence(shotOf(fakeShot(1, 'failed', 'done', 'done')))).toBe('RAW: Not sent: the file is empty')
    expect(shotFace(shotOf(fakeShot(1, 'failed', 'done', 'done'))).status).toBe('attention')
  })

  it('names the file that waits for the quiet hours', () => {
    const [raw, ...others] = fakeShot(1, 'waiting', 'done', 'done')
    if (!raw) throw new Error('no frame')
    const item = shotOf([{ ...raw, waitsForQuiet: true }, ...others])
    expect(sentence(item)).toBe('RAW: Waits for the quiet hours (22:00–06:00)')
  })

  it('tells what goes now before what waits for the night', () => {
    const [raw, jpeg, sidecar] = fakeShot(1, 'waiting', 'sending', 'done')
    if (!raw || !jpeg || !sidecar) throw new Error('three files')
    const waiting: FrameView = { ...raw, status: 'working', waitsForQuiet: true }
    expect(sentence(shotOf([waiting, jpeg, sidecar]))).toBe('Sending, 42 %')
    expect(sentence(shotOf([waiting, { ...jpeg, status: 'done' }, sidecar]))).toMatch(/^RAW: Waits for the quiet hours/)
  })

  it('of one file is that file', () => {
    const frame = fakeFrame(1, 'done')
    expect(shotFace(shotOf([frame]))).toBe(frame)
  })
})

describe('kindChips', () => {
  it('tells what a shot consists of: the picture, what was made of it, what is written about it', () => {
    const [raw, jpeg, sidecar] = fakeShot(1, 'waiting', 'done', 'failed')
    if (!raw || !jpeg || !sidecar) throw new Error('three files')
    const edit: FrameView = { ...jpeg, name: 'IMG_0101-Edit.tif' }
    const chips = kindChips([sidecar, jpeg, raw, edit, { ...edit, name: 'IMG_0101-Edit-2.TIFF' }])
    expect(chips.map(({ word, tone }) => [word, tone])).toEqual([
      ['RAW', 'quiet'],
      ['JPEG', 'good'],
      ['TIFF ×2', 'good'],
      ['XMP', 'bad']
    ])
  })

  it('takes names as they come', () => {
    const named = (name: string) => kindChips([{ ...fakeFrame(1, 'done'), kind: 'other', name }])[0]?.word
    expect(named('README')).toBe('File')
    expect(named('a.b.')).toBe('File')
    expect(named('x.averyveryverylongending')).toBe('File')
    expect(named('a.heic')).toBe('HEIC')
  })
})
