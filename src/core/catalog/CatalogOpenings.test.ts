import { describe, expect, it } from 'vitest'
import { openRoom, STUDIO } from '../transfer/testing/openRoom.ts'
import { transition } from '../transfer/UploadState.ts'
import { CatalogDroppedOrphans } from './CatalogDroppedOrphans.ts'
import { CatalogOpenings } from './CatalogOpenings.ts'

const opening = { accountId: 'studio', bucket: 'photos', key: 'Zoë/a.mov', sinceMs: 1_800_000_000_000 }

describe('CatalogOpenings', () => {
  it('keeps what is asked for until it is settled, oldest first', () => {
    const { db, uploads } = openRoom()
    const { openings } = uploads
    const late = openings.note({ ...opening, sinceMs: opening.sinceMs + 1.5 })
    const early = openings.note(opening)
    const again = openings.note(opening)
    expect(openings.list()).toEqual([
      { ...opening, id: early },
      { ...opening, id: again },
      { ...opening, id: late, sinceMs: opening.sinceMs + 2 }
    ])
    openings.settle(early)
    openings.settle(early)
    expect(new CatalogOpenings(db).list().map(({ id }) => id)).toEqual([again, late])
  })

  it('knows the ids of its account that are sent, and those that the store is told to drop', async () => {
    const { db, uploads, sending } = openRoom()
    const { openings } = uploads
    const multipart = { key: 'a.mov', uploadId: "it's an id", partBytes: 8 }
    expect(openings.isKnown('studio', multipart.uploadId)).toBe(false)
    const { upload } = await sending('a.mov', 'a film')
    const opened = uploads.saveState(upload, transition(upload.state, { kind: 'opened', multipart }))
    expect(openings.isKnown('studio', multipart.uploadId)).toBe(true)
    expect(openings.isKnown('another', multipart.uploadId)).toBe(false)
    uploads.saveState(opened, { kind: 'cancelled' }) // which leaves an orphan
    expect(uploads.orphans(STUDIO, 10)).toHaveLength(1)
    expect(openings.isKnown('studio', multipart.uploadId)).toBe(true)
    const [orphan] = uploads.orphans(STUDIO, 10)
    if (orphan) uploads.dropOrphan(orphan)
    expect(openings.isKnown('studio', multipart.uploadId)).toBe(false)
    new CatalogDroppedOrphans(db).put({ ...STUDIO, multipart }, 1)
    expect(openings.isKnown('studio', multipart.uploadId)).toBe(true)
  })
})

describe('CatalogDroppedOrphans', () => {
  it('gives back what was dropped until a time, whole', () => {
    const { db } = openRoom()
    const dropped = new CatalogDroppedOrphans(db)
    const orphan = (uploadId: string) => ({
      ...STUDIO,
      multipart: { key: 'Zoë/a.mov', uploadId, partBytes: 8 }
    })
    dropped.put(orphan('b'), 2_000)
    dropped.put(orphan('a'), 1_000)
    expect(dropped.list(999)).toEqual([])
    expect(dropped.list(1_000)).toEqual([orphan('a')])
    dropped.put(orphan('a'), 3_000) // told again meanwhile
    expect(dropped.list(2_000)).toEqual([orphan('b')])
    dropped.delete(orphan('b'))
    expect(dropped.list(9_000)).toEqual([orphan('a')])
  })
})
