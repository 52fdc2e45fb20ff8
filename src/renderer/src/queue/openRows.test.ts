import { describe, expect, it } from 'vitest'
import { addedRows, placeOfRow, rowOfPlace } from './openRows.ts'

const opened = [
  { place: 1, frames: 3 },
  { place: 2, frames: 2 },
  { place: 7, frames: 2 }
]

describe('the rows of a queue with opened shots', () => {
  it('lists the frames of an opened shot below it, and all else around them', () => {
    const rows = Array.from({ length: 12 }, (_, row) => placeOfRow(opened, row))
    expect(rows.map(({ place, member }) => (member === null ? `${place}` : `${place}.${member}`))).toEqual([
      '0',
      '1',
      '1.0',
      '1.1',
      '1.2',
      '2',
      '2.0',
      '2.1',
      '3',
      '4',
      '5',
      '6'
    ])
    expect(addedRows(opened)).toBe(7)
  })

  it('finds the row of every item again', () => {
    for (let place = 0; place < 20; place += 1) {
      expect(placeOfRow(opened, rowOfPlace(opened, place))).toEqual({ place, member: null })
    }
  })
})
