import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../store/memory/createMemoryStore.ts'
import { formatLinks, type MadeLink } from './formatLinks.ts'
import type { LinkPicture } from './pictureElement.ts'

const store = createMemoryStore({ publicBaseUrl: 'https://p.example' })
const types = { webp: 'image/webp', avif: 'image/avif', jpg: 'image/jpeg' } as const

/** An output of a frame, 3:2 unless told. */
function made(
  key: string,
  widthPx: number,
  change: Partial<LinkPicture & { frameId: string; name: string }> = {}
): MadeLink {
  const { frameId = 'frame', name = 'a.jpg', ...picture } = change
  const extension = (key.split('.').at(-1) ?? '') as keyof typeof types
  return {
    name,
    key,
    url: store.publicUrl(key) ?? '',
    frameId,
    picture: {
      contentType: types[extension],
      widthPx,
      heightPx: Math.round((widthPx * 2) / 3),
      isRendition: true,
      hasWatermark: false,
      ...picture
    }
  }
}

const format = (...links: MadeLink[]) => formatLinks(links, 'picture')

describe('links as <picture>', () => {
  it('offer every width of a frame as AVIF and WebP, narrowest first, and the widest to who knows neither', () => {
    const text = format(made('w640.webp', 640), made('w640.avif', 640), made('w320.avif', 320), made('w320.webp', 320))
    expect(text).toBe(
      '<picture>' +
        '<source type="image/avif" srcset="https://p.example/w320.avif 320w, https://p.example/w640.avif 640w" sizes="100vw">' +
        '<source type="image/webp" srcset="https://p.example/w320.webp 320w, https://p.example/w640.webp 640w" sizes="100vw">' +
        '<img src="https://p.example/w640.webp" width="640" height="427" alt="a.jpg">' +
        '</picture>'
    )
  })

  it('fall back to JPEG, in all its widths, where there is one', () => {
    expect(format(made('s.jpg', 800), made('l.jpg', 1600), made('l.webp', 1600))).toBe(
      '<picture><source type="image/webp" srcset="https://p.example/l.webp 1600w" sizes="100vw">' +
        '<img src="https://p.example/l.jpg" srcset="https://p.example/s.jpg 800w, https://p.example/l.jpg 1600w" sizes="100vw" width="1600" height="1067" alt="a.jpg"></picture>'
    )
  })

  it('are a plain <img> where there is one output, and an original only where there is nothing else', () => {
    const original = made('o.jpg', 6000, { isRendition: false })
    const img = (key: string, widthPx: number, heightPx: number) =>
      `<img src="https://p.example/${key}" width="${widthPx}" height="${heightPx}" alt="a.jpg">`
    expect(format(original, made('w.webp', 2048))).toBe(img('w.webp', 2048, 1365))
    expect(format(original)).toBe(img('o.jpg', 6000, 4000))
  })

  it('are of frames, one each, in their order', () => {
    const other = { frameId: 'other', name: 'b.jpg' }
    const text = format(made('b1.webp', 300, other), made('a1.webp', 300), made('b2.webp', 600, other))
    expect(text.split('\n').map((line) => /alt="(.*?)"/.exec(line)?.[1])).toEqual(['b.jpg', 'a.jpg'])
    expect(text.split('\n')[0]).toContain('b1.webp 300w, https://p.example/b2.webp 600w')
  })

  it('name a width once, where a small picture was not enlarged', () => {
    const text = format(made('w1280.webp', 1000), made('w1920.webp', 1000), made('w320.webp', 320))
    expect(text.match(/1000w/g)).toHaveLength(1)
  })

  it('leave out crops and watermarks, which are other pictures', () => {
    const text = format(
      made('w640.webp', 640),
      made('w1280.webp', 1280),
      made('square.webp', 600, { heightPx: 600 }),
      made('proof.jpg', 1600, { hasWatermark: true })
    )
    expect(text).not.toMatch(/square|proof/)
    expect(text).toContain('w1280.webp 1280w')
    expect(format(made('proof.jpg', 1600, { hasWatermark: true }))).toContain('proof.jpg')
  })

  it('link to what browsers do not show, and show what nothing is known of', () => {
    const unknown = { name: 'x.jpg', key: 'x.jpg', url: 'https://p.example/x.jpg', frameId: null, picture: null }
    const film = { ...unknown, name: 'f.mov', key: 'f.mov', url: 'https://p.example/f.mov' }
    const raw = { ...unknown, name: 'r.cr3', key: 'r.cr3', url: 'https://p.example/r.cr3', frameId: 'raw' }
    expect(format(unknown, film).split('\n')).toEqual([
      '<img src="https://p.example/x.jpg" alt="x.jpg">',
      '<a href="https://p.example/f.mov">f.mov</a>'
    ])
    expect(format(raw)).toBe('<a href="https://p.example/r.cr3">r.cr3</a>')
    expect(format(raw, made('r.webp', 900, { frameId: 'raw', name: 'r.cr3' }))).toBe(
      '<img src="https://p.example/r.webp" width="900" height="600" alt="r.cr3">'
    )
  })

  it.each([
    ['"><script>alert(1)</script>.webp', '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;.webp'],
    ["' onerror='x.webp", '&#39; onerror=&#39;x.webp'],
    ['a, b 2x.webp', 'a, b 2x.webp'],
    ['line\nbreak\u2028.webp', 'line break .webp'],
    ['&amp;.webp', '&amp;amp;.webp']
  ])('let no name break out: %j', (name, alt) => {
    const text = format(made(name, 300, { name }), made(`2${name}`, 600, { name }))
    expect(text).toContain(`alt="${alt}"`)
    expect(text.split('\n')).toHaveLength(1)
    // Nothing but the candidates themselves may part them.
    const [, srcset = ''] = /srcset="([^"]*)"/.exec(text) ?? []
    expect(srcset.split(', ').map((candidate) => candidate.split(' ').length)).toEqual([2, 2])
    expect(text.match(/</g)).toHaveLength(4)
  })

  it('keep what a signature needs', () => {
    const signed = { ...made('a.webp', 300), url: 'https://r2.example/a.webp?X-Amz-Date=1&X-Amz-Signature=2' }
    expect(format(signed)).toContain('src="https://r2.example/a.webp?X-Amz-Date=1&amp;X-Amz-Signature=2"')
  })

  it('are nothing of nothing', () => {
    expect(format()).toBe('')
  })
})
