import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { putBack } from './putBack.ts'
import { calmWorld, world } from './testing/watchedFileSystem.ts'

vi.mock('node:fs', async (original) =>
  (await import('./testing/watchedFileSystem.ts')).watched(await original(), 'Sync')
)

beforeEach(calmWorld)

/** A newer version that a move has taken along to the folder `Sent`. */
function openShoot() {
  const shoot = mkdtempSync(join(tmpdir(), 'silverdrop-back-'))
  onTestFinished(() => rmSync(shoot, { recursive: true }))
  const [home, sent] = [join(shoot, 'a.jpg'), join(shoot, 'Sent', 'a.jpg')]
  mkdirSync(join(shoot, 'Sent'))
  writeFileSync(sent, 'newer')
  return { shoot, home, sent }
}

/** From now on the system refuses such a call. */
function refuse(refused: string, code: string): void {
  world.beforeCall = (call) => {
    if (call === refused) throw Object.assign(new Error(`${code}: ${call}`), { code })
  }
}

describe('putBack', () => {
  it.each([
    ['with hard links', true],
    ['without hard links', false]
  ])('gives a file its name again, and overwrites nothing, %s', (_, hasLinks) => {
    world.hasLinks = hasLinks
    const { shoot, home, sent } = openShoot()
    putBack(sent, home)
    writeFileSync(sent, 'newest')
    putBack(sent, home)
    expect(readdirSync(shoot)).toEqual(['Sent', 'a-2.jpg', 'a.jpg'])
    expect([readFileSync(home, 'utf8'), readFileSync(join(shoot, 'a-2.jpg'), 'utf8')]).toEqual(['newer', 'newest'])
  })

  it('leaves nothing in the folder where a program holds the file, and says that it is in use', () => {
    world.hasLinks = false
    const { shoot, home, sent } = openShoot()
    refuse('rename', 'EBUSY')
    expect(() => putBack(sent, home)).toThrow(expect.objectContaining({ code: 'file-in-use' }))
    expect([readdirSync(shoot), readFileSync(sent, 'utf8')]).toEqual([['Sent'], 'newer'])
  })

  it('renames nothing to a name of which nobody can tell whether it is free', () => {
    world.hasLinks = false
    const { shoot, home, sent } = openShoot()
    refuse('lstat', 'EIO')
    expect(() => putBack(sent, home)).toThrow(expect.objectContaining({ code: 'file-unreadable' }))
    expect(readdirSync(shoot)).toEqual(['Sent'])
  })
})
