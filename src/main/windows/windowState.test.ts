import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isWithinReach, readWindowState, writeWindowState } from './windowState.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'silverdrop-window-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

describe('windowState', () => {
  it('is null before the first time', () => {
    expect(readWindowState(home)).toBeNull()
  })

  it('comes back as it was written', () => {
    const state = { bounds: { x: -40, y: 20, width: 1280, height: 800 }, isMaximized: true }
    writeWindowState(home, state)
    expect(readWindowState(home)).toEqual(state)
  })

  it.each(['', '{"bounds":{}}', '{"bounds":{"x":0,"y":0,"width":0,"height":9},"isMaximized":false}'])(
    'is null for a damaged file: %j',
    (text) => {
      writeFileSync(join(home, 'window.json'), text)
      expect(readWindowState(home)).toBeNull()
    }
  )

  it('is not written where that is impossible, and nobody minds', () => {
    expect(() =>
      writeWindowState(join(home, 'gone'), { bounds: { x: 0, y: 0, width: 9, height: 9 }, isMaximized: false })
    ).not.toThrow()
  })
})

describe('isWithinReach', () => {
  const laptop = { x: 0, y: 25, width: 1440, height: 875 }
  const left = { x: -1920, y: 0, width: 1920, height: 1080 }
  const size = { width: 1280, height: 800 }

  it.each([
    [true, { x: 100, y: 100 }],
    [true, { x: -1180, y: 25 }],
    [false, { x: -1200, y: 100 }],
    [false, { x: 1400, y: 100 }],
    [false, { x: 100, y: 890 }],
    [false, { x: 100, y: -10 }]
  ])('is %s for a window at %j on one display', (expected, at) => {
    expect(isWithinReach({ ...at, ...size }, [laptop])).toBe(expected)
  })

  it('looks at every display', () => {
    expect(isWithinReach({ x: -1900, y: 10, ...size }, [laptop, left])).toBe(true)
    expect(isWithinReach({ x: -1900, y: 10, ...size }, [])).toBe(false)
  })
})
