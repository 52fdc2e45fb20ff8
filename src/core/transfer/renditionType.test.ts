import { describe, expect, it } from 'vitest'
import { ORIGINAL, WEB } from '../../shared/model/output.ts'
import { renditionType } from './prepareFrame.ts'
import { createPaperDarkroom, openRoom, photoFacts } from './testing/openRoom.ts'

const raw = { ...photoFacts, kind: 'raw', contentType: 'image/x-nikon-nef', extension: 'nef' } as const

describe('renditionType', () => {
  it.each([
    ['image/jpeg', 'jpg'],
    ['image/png', 'png'],
    ['image/gif', 'gif'],
    ['image/tiff', 'jpg'],
    ['image/x-nikon-nef', 'jpg']
  ])('keeps %s as .%s', (contentType, extension) => {
    expect(renditionType({ ...WEB, format: 'keep' }, { ...photoFacts, contentType }).extension).toBe(extension)
  })

  it('is what the rendition says, whatever the source', () => {
    expect(renditionType(WEB, raw)).toEqual({ extension: 'webp', contentType: 'image/webp' })
  })
})

it('plans renditions of a RAW, named for what they become', async () => {
  const room = openRoom({
    outputs: [ORIGINAL, WEB, { ...WEB, id: 'kept', format: 'keep' }],
    keyTemplate: '{name}-{output}.{ext}'
  })
  room.add(room.write('DSC_1.NEF', 'a RAW'))
  const [frame] = await room.prepare(createPaperDarkroom(raw))
  expect(room.uploads.ofFrame(frame?.id ?? '').map(({ key, contentType }) => [key, contentType])).toEqual([
    ['DSC_1-original.NEF', 'image/x-nikon-nef'],
    ['DSC_1-web.webp', 'image/webp'],
    ['DSC_1-kept.jpg', 'image/jpeg']
  ])
})
