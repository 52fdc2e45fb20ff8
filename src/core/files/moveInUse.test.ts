import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { finishMove } from './finishMove.ts'
import { moveWithin, type Patience } from './moveWithin.ts'
import { createFakeClock } from './testing/fakeClock.ts'

const world = vi.hoisted(() => ({
  code: 'EBUSY',
  /** How often a rename is refused from now on. */
  refusals: 0,
  renames: 0,
  onRefused: (): void => {},
  /** Whether what was made can be removed. */
  canUnlink: true
}))

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>()
  const renameSync = (from: string, to: string) => {
    world.renames += 1
    if (world.renames > world.refusals) return real.renameSync(from, to)
    world.onRefused()
    throw Object.assign(new Error(`${world.code}: rename`), { code: world.code, syscall: 'rename' })
  }
  const unlinkSync = (path: string) => {
    if (world.canUnlink) return real.unlinkSync(path)
    throw Object.assign(new Error(`${world.code}: unlink`), { code: world.code, syscall: 'unlink' })
  }
  return { ...real, renameSync, unlinkSync }
})

beforeEach(() => {
  Object.assign(world, { code: 'EBUSY', refusals: 0, renames: 0, onRefused: () => {}, canUnlink: true })
})

function openShoot() {
  const folder = mkdtempSync(join(tmpdir(), 'silverdrop-in-use-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'a.jpg')
  writeFileSync(path, 'proved')
  const { size, mtimeNs } = statSync(path, { bigint: true })
  const to = join(folder, 'Sent', 'a.jpg')
  const clock = createFakeClock()
  const stop = new AbortController()
  const beganAtMs = clock.now()
  const file = { path, sizeBytes: Number(size), mtimeNs }
  const finish = () => finishMove(file, to)
  /** Lets time pass until the move has ended. */
  const move = async (patience: Patience | null = { clock, signal: stop.signal }) => {
    let isOver = false
    const moving = moveWithin(file, to, () => true, patience).finally(() => {
      isOver = true
    })
    const turning = (async () => {
      while (!isOver) {
        clock.turn(10)
        await nextTurn()
      }
    })()
    return Promise.all([moving, turning]).then(([moved]) => moved)
  }
  const inside = () => [readdirSync(folder), readdirSync(join(folder, 'Sent'))]
  return { folder, path, to, move, finish, stop, inside, passedMs: () => clock.now() - beganAtMs }
}

/** As Windows calls it when a program has a file open. */
function onWindows(): void {
  const real = process.platform
  Object.defineProperty(process, 'platform', { value: 'win32' })
  onTestFinished(() => void Object.defineProperty(process, 'platform', { value: real }))
}

it.each(['EBUSY', 'EPERM', 'EACCES'])(
  'moves a file that a program holds for a moment on Windows (%s)',
  async (code) => {
    onWindows()
    Object.assign(world, { code, refusals: 5 })
    const { move, inside, folder } = openShoot()
    expect(await move()).toBe(join(folder, 'Sent', 'a.jpg'))
    expect(inside()).toEqual([['Sent'], ['a.jpg']])
    expect(world.renames).toBe(6)
  }
)

it('gives up after some seconds, in which it has asked ever more rarely, and says why', async () => {
  world.refusals = Number.POSITIVE_INFINITY
  const { move, inside, passedMs } = openShoot()
  const error: unknown = await move().catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'file-in-use', message: expect.stringContaining('a.jpg') })
  expect(inside()).toEqual([['Sent', 'a.jpg'], []])
  expect(world.renames).toBe(8)
  expect(passedMs()).toBeGreaterThan(6_000)
})

it('asks once where nobody wants it to wait', async () => {
  world.refusals = Number.POSITIVE_INFINITY
  const { move, inside } = openShoot()
  await expect(move(null)).rejects.toMatchObject({ code: 'file-in-use' })
  expect([inside(), world.renames]).toEqual([[['Sent', 'a.jpg'], []], 1])
})

it('leaves what has been saved under the name meanwhile, and takes another', async () => {
  world.refusals = 3
  const { move, inside, folder, to } = openShoot()
  world.onRefused = () => void setImmediate(() => writeFileSync(to, 'of somebody else'))
  expect(await move()).toBe(join(folder, 'Sent', 'a-2.jpg'))
  expect(inside()).toEqual([['Sent'], ['a-2.jpg', 'a.jpg']])
  expect(readFileSync(to, 'utf8')).toBe('of somebody else')
})

it('does not wait for permissions, which do not pass', async () => {
  Object.assign(world, { code: 'EACCES', refusals: Number.POSITIVE_INFINITY })
  const { move, inside } = openShoot()
  const error: unknown = await move().catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'file-unreadable' })
  expect(world.renames).toBe(1)
  expect(inside()).toEqual([['Sent', 'a.jpg'], []])
})

it('leaves where it is what was changed while it was waited for', async () => {
  world.refusals = 3
  const { move, inside, path } = openShoot()
  world.onRefused = () => writeFileSync(path, 'saved anew')
  expect(await move()).toBeNull()
  expect(inside()).toEqual([['Sent', 'a.jpg'], []])
  expect(world.renames).toBe(1)
})

it.each(['EBUSY', 'EPERM'])(
  'leaves one empty file at most where it cannot remove what it has made (%s)',
  async (code) => {
    onWindows()
    Object.assign(world, { code, refusals: Number.POSITIVE_INFINITY, canUnlink: false })
    const { move, inside, finish } = openShoot()
    const refused = { code: 'file-unreadable', message: expect.stringContaining('cannot be removed') }
    await expect(move()).rejects.toMatchObject(refused)
    expect([inside(), world.renames]).toEqual([[['Sent', 'a.jpg'], ['a.jpg']], 1])
    expect(finish).toThrow(expect.objectContaining(refused)) // else the next start would number past it

    Object.assign(world, { refusals: 0, canUnlink: true })
    expect([finish(), inside()]).toEqual(['stayed', [['Sent', 'a.jpg'], []]])
    await move()
    expect(inside()).toEqual([['Sent'], ['a.jpg']])
  }
)

it('waits no longer when it is stopped', async () => {
  world.refusals = Number.POSITIVE_INFINITY
  const { move, inside, stop } = openShoot()
  world.onRefused = () => void setImmediate(() => stop.abort())
  await expect(move()).rejects.toMatchObject({ name: 'AbortError' })
  expect(inside()).toEqual([['Sent', 'a.jpg'], []])
})
