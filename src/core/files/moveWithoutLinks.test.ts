import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { moveWithin } from './moveWithin.ts'

// exFAT and most network drives have no hard links, and none of them can be had in a test.
vi.mock('node:fs/promises', async (original) => ({
  ...(await original<typeof import('node:fs/promises')>()),
  link: async () => {
    throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' })
  }
}))

const anywhere = () => true

it('moves a file where there are no hard links, and overwrites nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'silverdrop-move-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'a.jpg')
  writeFileSync(path, 'a picture')
  writeFileSync(join(folder, 'b.jpg'), 'of somebody else')
  const { size, mtimeNs } = statSync(path, { bigint: true })
  const file = { path, sizeBytes: Number(size), mtimeNs }
  expect(await moveWithin(file, join(folder, 'b.jpg'), anywhere)).toBe(join(folder, 'b-2.jpg'))
  expect(readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual([
    'a picture',
    'of somebody else'
  ])
})
