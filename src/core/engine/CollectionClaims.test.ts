import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { inTransaction } from '../catalog/openCatalog.ts'
import { createFakeClock } from '../files/testing/fakeClock.ts'
import { openRoom, SESSION } from '../transfer/testing/openRoom.ts'
import { CollectionClaims } from './CollectionClaims.ts'

/** Three collections that nobody works on, and an engine that finds them. */
function openShelf() {
  const { db, collections, collection } = openRoom()
  collections.releaseClaims(SESSION)
  for (const name of ['Sea', 'Wood']) collections.add({ ...collection, id: randomUUID(), name })
  const clock = createFakeClock()
  const told: string[] = []
  const disk = { isFull: false }
  const claims = new CollectionClaims({
    collections,
    session: SESSION,
    clock,
    inTransaction: (act) => inTransaction(db, act),
    onTaking: ({ name }) => {
      if (disk.isFull && name === 'Sea') throw new AppError('disk-full', 'The test has filled the disk')
    },
    onTaken: ({ name }) => told.push(`${name} taken`),
    onLost: (id) => told.push(`${collections.find(id)?.name} lost`)
  })
  const held = () => collections.list().collections.flatMap(({ id, name }) => (claims.holds(id) ? [name] : []))
  const claimed = () => db.prepare('SELECT 1 FROM claims').all().length
  return { claims, collections, clock, disk, told, held, claimed }
}

const full = expect.objectContaining({ code: 'disk-full' })

describe('CollectionClaims', () => {
  it('takes nothing by halves where the catalog is full, and all of it as soon as there is room', () => {
    const { claims, collections, disk, told, held, claimed } = openShelf()
    disk.isFull = true
    expect(() => claims.takeAll(collections.list().collections)).toThrow(full)
    expect(claimed()).toBe(held().length)
    expect(held()).not.toContain('Sea')
    expect(() => claims.keep()).toThrow(full)
    disk.isFull = false
    claims.keep()
    expect(held().sort()).toEqual(['Lake', 'Sea', 'Wood'])
    expect(told.sort()).toEqual(['Lake taken', 'Sea taken', 'Wood taken'])
    claims.keep()
    expect(told).toHaveLength(3)
  })

  it('takes up again, when there is room, whatever was lost in the same round', () => {
    const { claims, collections, clock, disk, told, held } = openShelf()
    claims.takeAll(collections.list().collections)
    clock.turn(60_000)
    for (const { id } of collections.list().collections) collections.claim(id, 'another', clock.now())
    collections.releaseClaims('another')
    told.length = 0
    disk.isFull = true
    expect(() => claims.keep()).toThrow(full)
    expect(told.filter((word) => word.endsWith('lost')).sort()).toEqual(['Lake lost', 'Sea lost', 'Wood lost'])
    disk.isFull = false
    claims.keep()
    expect(held().sort()).toEqual(['Lake', 'Sea', 'Wood'])
  })
})
