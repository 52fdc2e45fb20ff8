import { describe, expect, it } from 'vitest'
import type { FrameKind } from '../../shared/model/frame.ts'
import { type KindOf, shotOf as shotOfNamed } from './shotOf.ts'

const EXTENSIONS: Partial<Record<FrameKind, RegExp>> = {
  photo: /^(?:jpe?g|hei[cf]|tif|psd|png)$/,
  raw: /^(?:cr[23]|nef|dng)$/,
  video: /^mov$/,
  sidecar: /^(?:xmp|dop|pp3|aae|wav)$/,
  other: /^(?:html|css|txt)$/
}

const KINDS: ReadonlyArray<FrameKind> = ['photo', 'raw', 'video', 'sidecar', 'other']

const kindOf: KindOf = (extension) => KINDS.find((kind) => EXTENSIONS[kind]?.test(extension)) ?? null

const shotOf = (path: string) => shotOfNamed(path, kindOf)

const keyOf = (path: string) => shotOf(path).key
const originsOf = (path: string) => shotOf(path).madeFrom.map(({ key, isNumbered }) => (isNumbered ? `${key}?` : key))

describe('shotOf', () => {
  it('makes one shot of RAW, JPEG, HEIC, film and all their sidecars', () => {
    const names = ['IMG_1.CR3', 'IMG_1.JPG', 'img_1.jpeg', 'IMG_1.HEIC', 'IMG_1.MOV', 'IMG_1.xmp', 'IMG_1.XMP']
    const sidecars = ['IMG_1.CR3.xmp', 'IMG_1.jpg.XMP', 'IMG_1.CR3.dop', 'IMG_1.CR3.pp3', 'IMG_1.AAE', 'IMG_1.wav']
    expect(new Set([...names, ...sidecars].map((name) => keyOf(`lake/${name}`)))).toEqual(new Set(['lake/img_1']))
  })

  it('keeps folders apart, and folders that differ only in case, but not their normalisation', () => {
    expect(new Set(['a/IMG_1.JPG', 'b/IMG_1.JPG', 'A/IMG_1.JPG', 'IMG_1.JPG'].map(keyOf)).size).toBe(4)
    expect(keyOf('Zoe\u0308/Zoe\u0308.jpg')).toBe(keyOf('Zoë/ZOË.CR2'))
  })

  it('never makes one shot of two counters', () => {
    expect(keyOf('DSC_0001.NEF')).not.toBe(keyOf('DSC_00012.NEF'))
    for (const name of ['DSC_00012.jpg', 'DSC_0001.jpg', 'IMG_20260501_101112.jpg', '0001.jpg'])
      expect(originsOf(name)).toEqual([])
  })

  it('takes several dots as part of the stem, unless the last is of the picture that a sidecar is for', () => {
    expect(keyOf('a.b.c.jpg')).toBe('a.b.c')
    expect(keyOf('a.b.c.CR2.xmp')).toBe('a.b.c')
    expect(keyOf('lake.2026.xmp')).toBe('lake.2026')
    expect(keyOf('IMG_1.jpg.CR3')).toBe('img_1.jpg')
  })

  it.each([
    ['IMG_0001-Edit.tif', ['img_0001']],
    ['IMG_0001-Edit-2.tif', ['img_0001']],
    ['IMG_0001-HDR-Pano.jpg', ['img_0001']],
    ['IMG_0001-Enhanced-NR.jpg', ['img_0001']],
    ['IMG_0001_DxO.jpg', ['img_0001']],
    ['IMG_0001 copy 2.jpg', ['img_0001']],
    ['IMG_0001-Edit.xmp', ['img_0001']],
    ['IMG_E1234.JPG', ['img_1234']],
    ['IMG_O1234.AAE', ['img_1234']]
  ])('knows what %s is made from', (name, origins) => {
    expect(originsOf(name)).toEqual(origins)
  })

  it.each([
    ['IMG_0001-2.jpg', ['img_0001?']],
    ['IMG_0001_1.tif', ['img_0001?']],
    ['IMG_0001 1.jpg', ['img_0001?']],
    ['IMG_0001 (1).jpg', ['img_0001?']],
    ['IMG_0001-2-Edit.tif', ['img_0001?', 'img_0001-2']]
  ])('is not certain where only a number says so: %s', (name, origins) => {
    expect(originsOf(name)).toEqual(origins)
  })

  it('takes a RAW and a film for frames of their own, whatever number they end in', () => {
    for (const name of ['IMG_0001_1.CR3', 'IMG_0001-2.NEF', 'IMG_0001-Edit.dng', 'IMG_0001_1.MOV'])
      expect(originsOf(name)).toEqual([])
  })

  it('lets only RAW, JPEG and HEIC be what others are made from', () => {
    const sources = ['a.CR2', 'a.dng', 'a.jpeg', 'a.HEIF'].map((name) => shotOf(name).isSource)
    const others = ['a.tif', 'a.psd', 'a.xmp', 'a.mov', 'a.txt', 'a'].map((name) => shotOf(name).isSource)
    expect([new Set(sources), new Set(others)]).toEqual([new Set([true]), new Set([false])])
  })

  it('leaves pages, texts and names without an extension alone', () => {
    const names = ['site/index.html', 'site/index.css', 'site/index', 'site/index.jpg', 'site/index.HTML']
    expect(new Set(names.map(keyOf)).size).toBe(names.length)
  })

  it('is not confused by hostile names', () => {
    for (const name of [
      '.jpg',
      '.xmp',
      '..',
      '...jpg',
      '-Edit.jpg',
      '_1.jpg',
      ' (1).jpg',
      '-2.jpg',
      'a\nb.jpg',
      'x/'
    ]) {
      const { key, madeFrom } = shotOf(`f/${name}`)
      expect(key.startsWith('f/')).toBe(true)
      expect(madeFrom.every((origin) => origin.key.length > 2)).toBe(true)
    }
    expect(shotOf(`${'-1'.repeat(20_000)}.jpg`).madeFrom.length).toBeLessThan(5)
    expect(keyOf('__proto__.constructor')).toBe('__proto__.constructor/')
    expect(shotOf('').key).toBe('/')
  })
})
