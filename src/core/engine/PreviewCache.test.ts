import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { sealPicture } from '../images/sealedPicture.ts'
import { PreviewCache } from './PreviewCache.ts'

const DAY_MS = 86_400_000
const KB = 1_000

function openCache(flagged: Set<string> = new Set(), lose: (ids: ReadonlyArray<string>) => void = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), 'silverdrop-previews-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const lost: string[] = []
  const cache = new PreviewCache({
    folder,
    thumbs: { withPreviewBelow: (prefix) => [...flagged].filter((id) => id.startsWith(prefix)) },
    onLost: (ids) => {
      lose(ids)
      for (const id of ids) flagged.delete(id)
      lost.push(...ids)
    }
  })
  onTestFinished(() => cache.close())
  return { cache, folder, lost, flagged }
}

/** Whole, with nothing in it. @param sizeBytes With its seal, of 8 bytes. */
function webp(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes - 8)
  bytes.write('RIFF\0\0\0\0WEBP', 'latin1')
  bytes.writeUInt32LE(bytes.length - 8, 4)
  return sealPicture(bytes)
}

function write(path: string, bytes: Buffer, ageDays = 0): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
  const seen = new Date(Date.now() - ageDays * DAY_MS)
  utimesSync(path, seen, seen)
  return path
}

const frameId = (n: number) => `${(n % 256).toString(16).padStart(2, '0')}000000-${n}`

describe('PreviewCache', () => {
  it('removes what was not looked at for longest, and tells the rows first', async () => {
    const all = Array.from({ length: 20 }, (_, n) => frameId(n))
    const seenWhenTold: boolean[] = []
    const { cache, lost } = openCache(new Set(all), (ids) => {
      seenWhenTold.push(...ids.map((id) => existsSync(cache.placeForFrame(id))))
    })
    for (const [n, id] of all.entries()) write(cache.placeForFrame(id), webp(10 * KB), n)
    expect(await cache.lookAtFrame(frameId(19))).toBe(true) // the oldest by far, but looked at just now
    cache.limit(100 * KB)
    await cache.sweep()
    const kept = all.filter((id) => existsSync(cache.placeForFrame(id)))
    expect(kept).toEqual([...all.slice(0, 8), frameId(19)]) // 90 of 100 kB
    expect(lost.toSorted()).toEqual(all.slice(8, 19).toSorted())
    expect(seenWhenTold).toEqual(Array(11).fill(true))
  })

  it('counts the pictures of objects, which are nobody’s rows', async () => {
    const { cache, lost } = openCache()
    for (let n = 0; n < 10; n += 1) write(cache.placeForObject(`object-${n}`), webp(10 * KB), n)
    write(cache.placeForFrame(frameId(1)), webp(10 * KB), 0)
    cache.limit(50 * KB)
    await cache.sweep()
    expect(readdirSync(dirname(cache.placeForObject('any'))).sort()).toEqual([0, 1, 2].map((n) => `object-${n}.webp`))
    expect(existsSync(cache.placeForFrame(frameId(1)))).toBe(true)
    expect(lost).toEqual([])
  })

  it('removes no more than it must of what was looked at in the same minute', async () => {
    const { cache } = openCache()
    for (let n = 0; n < 100; n += 1) write(cache.placeForFrame(frameId(n)), webp(KB), 3)
    cache.limit(60 * KB)
    await cache.sweep()
    const kept = Array.from({ length: 100 }, (_, n) => n).filter((n) => existsSync(cache.placeForFrame(frameId(n))))
    expect(kept).toHaveLength(54)
  })

  it('leaves everything where there is room, and everything that is not its own', async () => {
    const { cache, folder, lost } = openCache(new Set([frameId(1)]))
    const own = write(cache.placeForFrame(frameId(1)), webp(KB), 400)
    const trial = write(join(folder, 'trials', 'a.webp'), webp(500 * KB), 400)
    cache.limit(2 * KB)
    await cache.sweep()
    expect([existsSync(own), existsSync(trial), lost]).toEqual([true, true, []])
  })

  it('finds frames whose pictures somebody else took away or emptied', async () => {
    const { cache, lost } = openCache(new Set([frameId(1), frameId(2), frameId(3)]))
    write(cache.placeForFrame(frameId(1)), webp(KB))
    write(cache.placeForFrame(frameId(2)), Buffer.alloc(0))
    await cache.sweep()
    expect(lost).toEqual([frameId(2), frameId(3)])
  })

  it('works on a folder that is not there', async () => {
    const { cache, folder, lost } = openCache(new Set([frameId(1)]))
    rmSync(folder, { recursive: true })
    onTestFinished(() => mkdirSync(folder)) // for the removal that follows
    cache.limit(50 * KB)
    await cache.sweep()
    expect(lost).toEqual([frameId(1)])
  })

  it('takes a lower limit at once, and sweeps again only when something was written', async () => {
    const { cache } = openCache()
    const paths = Array.from({ length: 10 }, (_, n) => write(cache.placeForObject(`o${n}`), webp(10 * KB), n))
    const there = () => paths.filter((path) => existsSync(path)).length
    cache.limit(200 * KB)
    await cache.sweep()
    expect(there()).toBe(10)
    cache.limit(50 * KB)
    await cache.sweep()
    expect(there()).toBe(4)
    const back = write(paths[9] ?? '', webp(100 * KB), 9)
    await cache.sweep()
    expect(existsSync(back)).toBe(true)
    cache.placeForObject('next')
    await cache.sweep()
    expect(existsSync(back)).toBe(false)
  })

  it('removes nothing while the catalog cannot be told, and tries again', async () => {
    let isFull = true
    const { cache } = openCache(new Set(), () => {
      if (isFull) throw new AppError('disk-full', 'No room')
    })
    const path = write(cache.placeForFrame(frameId(1)), webp(100 * KB), 5)
    cache.limit(50 * KB)
    await cache.sweep()
    expect(existsSync(path)).toBe(true)
    isFull = false
    await cache.sweep()
    expect(existsSync(path)).toBe(false)
  })

  it.each([
    ['empty', Buffer.alloc(0)],
    ['one byte', Buffer.from('R')],
    ['cut off', webp(KB).subarray(0, 900)],
    ['too long', Buffer.concat([webp(KB), Buffer.from('more')])],
    ['damaged within', webp(KB).fill('stripes', 500, 600)],
    ['with half a seal', webp(KB).subarray(0, -4)],
    ['larger than any', webp(2_000 * KB)],
    ['another format', Buffer.from('\x89PNG and something that is long enough')]
  ])('does not take a file for a picture that is %s', async (_, bytes) => {
    const { cache } = openCache()
    write(cache.placeForFrame(frameId(1)), bytes)
    expect(await cache.lookAtFrame(frameId(1))).toBe(false)
  })

  it('keeps a picture that an earlier version wrote, which has no seal', async () => {
    const { cache, lost } = openCache(new Set([frameId(1)]))
    write(cache.placeForFrame(frameId(1)), webp(KB).subarray(0, -8))
    expect(await cache.lookAtFrame(frameId(1))).toBe(true)
    await cache.sweep()
    expect(lost).toEqual([])
  })

  it('notes when a picture was looked at, and says of a missing one that it is', async () => {
    const { cache } = openCache()
    const path = write(cache.placeForObject('o'), webp(KB), 30)
    expect(await cache.lookAtObject('o')).toBe(true)
    expect(Date.now() - statSync(path).mtimeMs).toBeLessThan(DAY_MS)
    expect(await cache.lookAtObject('other')).toBe(false)
    mkdirSync(cache.placeForObject('folder'))
    expect(await cache.lookAtObject('folder')).toBe(false)
  })
})
