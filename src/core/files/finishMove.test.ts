import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { systemClock } from './Clock.ts'
import { finishMove } from './finishMove.ts'
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

function openMove() {
  const room = openShoot()
  const { shoot, to, file } = room
  const begin = (content: string) => {
    mkdirSync(join(shoot, 'Sent'))
    writeFileSync(to, content)
  }
  return { ...room, begin, finish: () => finishMove(file, to) }
}

/** Whoever is killed does nothing more, not even what it does when something fails. */
class Killed extends Error {}

/** Moves the file while it is saved anew before some calls, and is killed before another, all counted from 1. */
async function moveUntilKilled(saves: ReadonlyMap<number, string>, killedAt: number) {
  const room = openMove()
  let calls = 0
  let isOurs = true
  const named: string[] = []
  world.beforeCall = (call) => {
    if (!isOurs) return
    calls += 1
    if (calls >= killedAt) throw new Killed()
    named.push(call)
    const version = saves.get(calls)
    isOurs = false
    if (version !== undefined) room.save(version)
    isOurs = true
  }
  await moveWithin(room.file, room.to, () => true, patience).catch(() => {})
  world.beforeCall = () => {}
  return { ...room, named }
}

describe('finishMove', () => {
  it.each([
    ['with hard links', true, 1],
    ['without hard links', false, 1],
    ['with hard links, while a program saves twice', true, 2],
    ['without hard links, while a program saves twice', false, 2]
  ])('loses and hides no version, wherever the move was killed, %s', async (_, hasLinks, most) => {
    world.hasLinks = hasLinks
    const end = Number.POSITIVE_INFINITY
    const { named } = await moveUntilKilled(new Map(), end)
    const renamed = named.indexOf('rename') + 1
    expect(renamed).toBeGreaterThan(0)
    const plans = [new Map<number, string>(), new Map([[renamed, 'newer']])]
    const wayBack = (await moveUntilKilled(plans[1] ?? new Map(), end)).named.length
    for (let at = renamed + 1; most === 2 && at <= wayBack; at += 1)
      plans.push(
        new Map([
          [renamed, 'newer'],
          [at, 'newest']
        ])
      )
    let interrupted = 0
    for (const saves of plans) {
      const calls = (await moveUntilKilled(saves, end)).named.length
      for (let killedAt = 1; killedAt <= calls; killedAt += 1) {
        const { contents, finish, path, to, shoot } = await moveUntilKilled(saves, killedAt)
        const saved = [...saves].filter(([call]) => call < killedAt).map(([, version]) => version)
        if (saved.length > 0 && contents('Sent').some((content) => content === 'newer')) interrupted += 1
        const at = `${hasLinks} saved ${[...saves.keys()]}, killed at ${killedAt}`
        const how = finish()
        if (saved.length === 0) {
          expect([how, contents('.'), contents('Sent')], at).toEqual(
            how === 'moved' ? ['moved', [], ['proved']] : ['stayed', ['proved'], []]
          )
          continue
        }
        expect(how, at).toBe(existsSync(to) ? 'moved' : 'stayed')
        expect(contents('Sent'), at).toEqual(how === 'moved' ? ['proved'] : [])
        expect(contents('.').toSorted(), at).toEqual(saved.toSorted())
        expect(readFileSync(path, 'utf8'), at).toBe(saved.at(-1))
        expect(finish(), `${at}, and once more`).toBe(how)
        expect(readdirSync(shoot), at).toHaveLength(saved.length + 1)
      }
    }
    expect(interrupted).toBeGreaterThan(0)
  })

  it('is itself finished by the next one, wherever it was killed', async () => {
    for (const hasLinks of [true, false]) {
      world.hasLinks = hasLinks
      for (let killedAt = 1, isOver = false; !isOver; killedAt += 1) {
        const { path, begin, finish, contents } = openMove()
        rmSync(path)
        begin('newer')
        let calls = 0
        world.beforeCall = () => {
          calls += 1
          if (calls >= killedAt) throw new Killed()
        }
        try {
          finish()
          isOver = true
        } catch (error) {
          expect(error).toBeDefined()
        }
        world.beforeCall = () => {}
        isOver = calls < killedAt
        finish()
        expect([contents('.'), contents('Sent')], `${hasLinks}, killed at ${killedAt}`).toEqual([['newer'], []])
      }
    }
  })

  it.each([
    ['with hard links', true],
    ['without hard links', false]
  ])(
    'leaves an empty file to whoever is writing it, however old, and gives what comes back another name, %s',
    (_, has) => {
      world.hasLinks = has
      const { path, begin, finish, shoot, contents } = openMove()
      writeFileSync(path, '')
      const laterMs = Date.now() + 3_600_000 // the clock of a share is as little this computer's as the test's
      vi.spyOn(Date, 'now').mockReturnValue(laterMs)
      onTestFinished(() => void vi.mocked(Date.now).mockRestore())
      begin('newer')
      expect(finish()).toBe('stayed')
      expect(readdirSync(shoot)).toEqual(['Sent', 'a-2.jpg', 'a.jpg'])
      expect([contents('.'), contents('Sent')]).toEqual([['newer', ''], []])
    }
  )

  it('makes the folder again that has gone meanwhile', () => {
    const { path, begin, to, file } = openMove()
    begin('newer')
    const gone = join(path, '..', 'day', 'a.jpg')
    expect(finishMove({ ...file, path: gone }, to)).toBe('stayed')
    expect(readFileSync(gone, 'utf8')).toBe('newer')
  })

  it('concludes nothing where neither place has anything', () => {
    const { path, finish } = openMove()
    rmSync(path)
    expect(finish()).toBe('unknown')
  })

  it('takes no file with one name for one with two', () => {
    const { shoot, path, save, finish } = openMove()
    symlinkSync(shoot, join(shoot, 'Sent'))
    save('newer')
    expect(finish).toThrow('one file with one name')
    linkSync(path, join(shoot, 'b.jpg'))
    expect(finish).toThrow('one file with one name')
    expect(readFileSync(path, 'utf8')).toBe('newer')
  })
})
