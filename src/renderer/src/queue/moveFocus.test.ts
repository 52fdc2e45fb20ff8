import { describe, expect, it } from 'vitest'
import { moveFocus, stepInTree } from './moveFocus.ts'

describe('moveFocus', () => {
  it.each([
    ['ArrowDown', 5, 6],
    ['ArrowUp', 5, 4],
    ['PageDown', 5, 15],
    ['PageUp', 5, 0],
    ['Home', 5, 0],
    ['End', 5, 99],
    ['ArrowDown', 99, 99],
    ['ArrowUp', 0, 0]
  ])('%s leads from row %i to row %i of a hundred', (key, from, to) => {
    expect(moveFocus(key, from, 100, 10)).toBe(to)
  })

  it('goes nowhere by other keys, or in an empty list', () => {
    expect(moveFocus('x', 5, 100, 10)).toBeNull()
    expect(moveFocus('ArrowDown', 0, 0, 10)).toBeNull()
  })
})

describe('stepInTree', () => {
  const closed = { isMember: false, isOpen: false, opens: true }
  const open = { ...closed, isOpen: true }
  const member = { isMember: true, isOpen: true, opens: true }
  it('opens a shot, then leads into it, and back out until it is closed', () => {
    expect(stepInTree('ArrowRight', closed)).toBe('open')
    expect(stepInTree('ArrowRight', open)).toBe('down')
    expect(stepInTree('ArrowLeft', member)).toBe('up')
    expect(stepInTree('ArrowLeft', open)).toBe('close')
  })

  it('does nothing where there is nothing to open or to leave', () => {
    expect(stepInTree('ArrowLeft', closed)).toBeNull()
    expect(stepInTree('ArrowRight', member)).toBeNull()
    expect(stepInTree('ArrowRight', { ...closed, opens: false })).toBeNull()
  })
})
