import { existsSync, readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from './Clock.ts'
import { moveWithin } from './moveWithin.ts'
import { openShoot } from './testing/openShoot.ts'
import { calmWorld, world } from './testing/watchedFileSystem.ts'

const patience = { clock: systemClock, signal: new AbortController().signal }

vi.mock('node:fs/promises', async (original) =>
  (await import('./testing/watchedFileSystem.ts')).watched(await original(), '')
)
vi.mock('node:fs', async (original) =>
  (await import('./testing/watchedFileSystem.ts')).watched(await original(), 'Sync')
)

beforeEach(calmWorld)

/**
 * Moves the file while it is saved anew just before each of these calls, counted from 1.
 *
 * @returns how many calls there were, and what is there afterwards.
 */
async function moveWhileSaved(...before: ReadonlyArray<number>) {
  const { path, to, file, save, contents } = openShoot()
  let calls = 0
  let isSaving = false
  world.beforeCall = () => {
    if (isSaving) return
    calls += 1
    isSaving = true
    if (before.includes(calls)) save(`saved before call ${calls}`)
    isSaving = false
  }
  const hasMoved = (await moveWithin(file, to, () => true, patience)) !== null
  world.beforeCall = () => {}
  const latest = existsSync(path) && readFileSync(path, 'utf8')
  return { calls, hasMoved, sent: contents('Sent'), shoot: contents('.'), latest }
}

describe('moveWithin, while a program saves over the file', () => {
  it.each([
    ['with hard links', true],
    ['without hard links', false]
  ])('loses and hides no version, at whatever moment it is saved, %s', async (_, hasLinks) => {
    world.hasLinks = hasLinks
    const { calls } = await moveWhileSaved()
    expect(calls).toBeGreaterThan(3)
    for (let at = 1; at <= calls; at += 1) {
      const { hasMoved, sent, shoot, latest } = await moveWhileSaved(at)
      expect([latest, shoot], `call ${at}`).toEqual([`saved before call ${at}`, [latest]])
      expect(sent, `call ${at}`).toEqual(hasMoved ? ['proved'] : [])
    }
  })

  it('loses and hides no version of those that are saved one after the other', async () => {
    const { calls } = await moveWhileSaved()
    let numbered = 0
    for (let first = 1; first <= calls; first += 1) {
      for (let second = first + 1, last = second; second <= last; second += 1) {
        const end = await moveWhileSaved(first, second)
        last = end.calls
        const wasSavedTwice = second <= end.calls
        const at = `calls ${first} and ${second}`
        expect(end.latest, at).toBe(`saved before call ${wasSavedTwice ? second : first}`)
        expect(end.sent, at).toEqual(end.hasMoved ? ['proved'] : [])
        if (end.shoot.length > 1) numbered += 1
        if (end.shoot.length > 1) expect(end.shoot, at).toContain(`saved before call ${first}`)
      }
    }
    expect(numbered).toBeGreaterThan(0) // the version that was in the way got a number
  })
})
