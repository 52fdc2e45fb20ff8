import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from './Clock.ts'
import { moveWithin } from './moveWithin.ts'

function folderWith(...names: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'silverdrop-move-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const name of names) writeFileSync(join(folder, name), name)
  const seen = (name: string) => {
    const path = join(folder, name)
    const { size, mtimeNs } = statSync(path, { bigint: true })
    return { path, sizeBytes: Number(size), mtimeNs }
  }
  return { folder, seen, at: (...names_: string[]) => join(folder, ...names_) }
}

const anywhere = () => true
const patience = { clock: systemClock, signal: new AbortController().signal }

it('moves a file into a folder that it makes', async () => {
  const { folder, seen, at } = folderWith('a.jpg')
  expect(await moveWithin(seen('a.jpg'), at('Sent', 'day', 'a.jpg'), anywhere, patience)).toBe(
    at('Sent', 'day', 'a.jpg')
  )
  expect([readdirSync(folder), readFileSync(at('Sent', 'day', 'a.jpg'), 'utf8')]).toEqual([['Sent'], 'a.jpg'])
})

it('asks before each path that it tries, and passes over those that it may not have', async () => {
  const { seen, at } = folderWith('a.jpg', 'b-2.jpg')
  const asked: string[] = []
  const reserve = (path: string) => asked.push(path) !== 1
  expect(await moveWithin(seen('a.jpg'), at('b.jpg'), reserve, patience)).toBe(at('b-3.jpg'))
  expect(asked).toEqual([at('b.jpg'), at('b-3.jpg')]) // what has its name already is not tried
})

it('overwrites nothing', async () => {
  const { folder, seen, at } = folderWith('a.jpg', 'b.jpg', 'b-2.jpg')
  expect(await moveWithin(seen('a.jpg'), at('b.jpg'), anywhere, patience)).toBe(at('b-3.jpg'))
  expect(readdirSync(folder).map((name) => [name, readFileSync(at(name), 'utf8')])).toEqual([
    ['b-2.jpg', 'b-2.jpg'],
    ['b-3.jpg', 'a.jpg'],
    ['b.jpg', 'b.jpg']
  ])
})

it('ends a move that was stopped half way', async () => {
  const { folder, seen, at } = folderWith('a.jpg')
  linkSync(at('a.jpg'), at('b.jpg'))
  expect(await moveWithin(seen('a.jpg'), at('b.jpg'), anywhere, patience)).toBe(at('b.jpg'))
  expect(readdirSync(folder)).toEqual(['b.jpg'])
})

it('leaves alone what has changed, is gone, or is a link', async () => {
  const { folder, seen, at } = folderWith('a.jpg')
  const file = seen('a.jpg')
  writeFileSync(at('a.jpg'), 'another')
  symlinkSync(at('a.jpg'), at('c.jpg'))
  expect(await moveWithin(file, at('b.jpg'), anywhere, patience)).toBeNull()
  expect(await moveWithin({ ...file, path: at('gone.jpg') }, at('b.jpg'), anywhere, patience)).toBeNull()
  expect(await moveWithin({ ...seen('c.jpg'), path: at('c.jpg') }, at('b.jpg'), anywhere, patience)).toBeNull()
  expect(readdirSync(folder)).toEqual(['a.jpg', 'c.jpg'])
})

it('says so where a file stands in the way of the folder', async () => {
  const { seen, at } = folderWith('a.jpg', 'Sent')
  await expect(moveWithin(seen('a.jpg'), at('Sent', 'a.jpg'), anywhere, patience)).rejects.toMatchObject({
    code: 'file-unreadable'
  })
  expect(readFileSync(at('a.jpg'), 'utf8')).toBe('a.jpg')
})

it('leaves a file alone whose target is the same name, spelt in another way', async () => {
  const { folder, seen, at } = folderWith('a.jpg')
  symlinkSync(folder, at('Sent'))
  await expect(moveWithin(seen('a.jpg'), at('Sent', 'a.jpg'), anywhere, patience)).rejects.toMatchObject({
    code: 'file-unreadable'
  })
  expect(readFileSync(at('a.jpg'), 'utf8')).toBe('a.jpg')
})
