import { describe, expect, it } from 'vitest'
import { createPattern } from './createPattern.ts'

const fits = (pattern: string, path: string) => createPattern(pattern)(path)

describe('createPattern', () => {
  it.each([
    ['*.tif', 'a.tif', true],
    ['*.tif', 'deep/er/A.TIF', true],
    ['*.tif', 'a.tiff', false],
    ['IMG_????.jpg', 'IMG_0001.JPG', true],
    ['IMG_????.jpg', 'IMG_00011.jpg', false],
    ['[a-c]?.jpg', 'B1.jpg', true],
    ['[!a-c]1.jpg', 'b1.jpg', false],
    ['[]x].jpg', '].jpg', true],
    ['a[b.jpg', 'a[b.jpg', true],
    ['\\*.jpg', 'a.jpg', false],
    ['\\*.jpg', '*.jpg', true],
    ['Zoe\u0308*', 'zoë.jpg', true],
    ['😀?.jpg', '😀😀.jpg', true]
  ])('%s in every folder, for %s: %s', (pattern, path, expected) => {
    expect(fits(pattern, path)).toBe(expected)
  })

  it.each([
    ['Export/', 'Export/a.jpg', true],
    ['Export/', 'shoot/export/deep/a.jpg', true],
    ['Export/', 'Export', false],
    ['Export', 'Export/a.jpg', true],
    ['/Export', 'shoot/Export/a.jpg', false],
    ['cards/a', 'cards/a/x/IMG_1.jpg', true],
    ['cards/a', 'old/cards/a/IMG_1.jpg', false],
    ['cards/**', 'cards/a/b.jpg', true],
    ['cards/**', 'cards', false],
    ['**/raw/*.cr3', 'raw/a.CR3', true],
    ['**/raw/*.cr3', 'x/y/raw/a.cr3', true],
    ['**/raw/*.cr3', 'x/raw/y/a.cr3', false],
    ['a/**/b.jpg', 'a/b.jpg', true],
    ['a/**/b.jpg', 'a/x/y/b.jpg', true],
    ['a/**/b.jpg', 'x/a/b.jpg', false],
    ['**', 'anything/at.all', true],
    ['*', 'a', true]
  ])('%s by folders, for %s: %s', (pattern, path, expected) => {
    expect(fits(pattern, path)).toBe(expected)
  })

  // A matcher that goes back would need longer than the universe has.
  it('has done with patterns that are made to take long', () => {
    expect(fits(`${'*a'.repeat(140)}b`, 'a'.repeat(255))).toBe(false)
    expect(fits(`${'**/a/'.repeat(50)}b`, `${'a/'.repeat(1_000)}c`)).toBe(false)
  })
})
