import { describe, expect, it } from 'vitest'
import { ORIGINAL, WEB } from '../../shared/model/output.ts'
import { cacheKindOf, headersOf, objectHeaders } from './objectHeaders.ts'
import { openRoom, SESSION } from './testing/openRoom.ts'
import { transition } from './UploadState.ts'

const picture = {
  contentType: 'image/jpeg',
  sourcePath: '/card/Zoe\u0308.JPG',
  sourceSha256: 'source',
  sha256: 'own',
  widthPx: 30,
  heightPx: null,
  outputId: 'web',
  processingError: null,
  cacheControl: {},
  nowMs: 0
}

describe('objectHeaders', () => {
  it('says where an object comes from, by its name alone and in NFC', () => {
    expect(objectHeaders(picture)).toEqual({
      contentType: 'image/jpeg',
      cacheControl: 'public, max-age=31536000, immutable',
      metadata: {
        'source-name': 'Zoë.JPG',
        'uploaded-at': '1970-01-01T00:00:00.000Z',
        'source-sha256': 'source',
        sha256: 'own',
        output: 'web',
        width: '30'
      }
    })
  })

  it('takes what the person chose for a kind, and sends none where that is empty', () => {
    expect(objectHeaders({ ...picture, cacheControl: { image: 'no-store' } }).cacheControl).toBe('no-store')
    expect(objectHeaders({ ...picture, cacheControl: { image: '' } }).cacheControl).toBeNull()
    expect(objectHeaders({ ...picture, cacheControl: { video: 'no-store' } }).cacheControl).toMatch(/immutable/)
  })

  it('knows kinds by type', () => {
    expect(['image/x-canon-cr3', 'video/mp4', 'application/pdf', 'text/plain'].map(cacheKindOf)).toEqual([
      'image',
      'video',
      'pdf',
      'other'
    ])
  })

  it('says of an original why a copy of it could not be made, and of the other copies nothing', async () => {
    const room = openRoom({ outputs: [ORIGINAL, WEB, { ...WEB, id: 'proof' }] })
    room.add(room.write('a.jpg', 'half a picture'))
    const [frame] = await room.prepare()
    if (!frame) throw new Error('Nothing was prepared')
    const ports = { uploads: room.uploads, nowMs: () => 0 }
    const metadata = () =>
      room.uploads
        .ofFrame(frame.id)
        .map((upload) => headersOf(upload, { upload, frame, rules: room.collection.rules }, ports).metadata)
    for (const one of metadata()) expect(one).not.toHaveProperty('processing-error')
    const [web] = room.uploads.takeToRender(SESSION, 1, [])
    if (!web) throw new Error('Nothing is to be rendered')
    const problem = { code: 'picture-damaged', detail: 'Premature end: Zoë.jpg' } as const
    room.uploads.saveState(web, transition(web.state, { kind: 'gave-up', problem }))
    expect(metadata().map((one) => one['processing-error'])).toEqual(['picture-damaged', undefined, undefined])
  })
})
