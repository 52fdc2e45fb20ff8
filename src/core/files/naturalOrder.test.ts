import { describe, expect, it } from 'vitest'
import { sortNaturally } from './naturalOrder.ts'

const sorted = (names: string[]) => sortNaturally(names, (name) => name)

describe('sortNaturally', () => {
  it.each([
    [['IMG_2', 'IMG_10', 'IMG_100']],
    [['a', 'B', 'c']],
    [['a1b2', 'a1b10', 'a2b1']],
    [['img_1', 'IMG_2', 'img_3']],
    [['1', '2', '10', 'a']],
    [['IMG_1', 'img_1']],
    [['a01', 'a1', 'a02']],
    [['a9999999999999999998', 'a9999999999999999999']],
    [['', '0', '00']]
  ])('orders %j', (names) => {
    expect(sorted(names)).toEqual(names)
    expect(sorted(names.toReversed())).toEqual(names)
  })
})
