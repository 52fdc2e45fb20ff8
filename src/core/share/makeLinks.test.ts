import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import type { LinkFormat, LinkKind } from '../../shared/model/link.ts'
import { createMemoryStore } from '../store/memory/createMemoryStore.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import { type LinkTarget, makeLinks } from './makeLinks.ts'

const { signal } = new AbortController()

function target(key: string, isInBucket = true): LinkTarget {
  return { name: key.slice(key.lastIndexOf('/') + 1), key, outputId: 'web', isInBucket, frameId: null, picture: null }
}

type Store = Pick<ObjectStore, 'presignGet' | 'publicUrl'>
const PUBLIC: LinkKind = { kind: 'public' }
const withAddress = createMemoryStore({ publicBaseUrl: 'https://photos.example.com/base' })

function make(
  targets: ReadonlyArray<LinkTarget>,
  kind: LinkKind = PUBLIC,
  format: LinkFormat = 'plain',
  store: Store = withAddress,
  doesOpen = true
) {
  return makeLinks(
    targets,
    kind,
    format,
    { store, nowMs: () => 1_800_000_000_700, tryLink: async () => doesOpen },
    signal
  )
}

describe('makeLinks', () => {
  it('makes public links, escaped segment by segment, in the order of the files', async () => {
    const made = await make([target('w/Zoë & Max #1?.jpg'), target('a/100%+(2).jpg'), target('🎞️/"x".png')])
    expect(made.text.split('\n')).toEqual([
      'https://photos.example.com/base/w/Zo%C3%AB%20%26%20Max%20%231%3F.jpg',
      'https://photos.example.com/base/a/100%25%2B%282%29.jpg',
      'https://photos.example.com/base/%F0%9F%8E%9E%EF%B8%8F/%22x%22.png'
    ])
    expect(made).toMatchObject({ tried: 'opens', problems: [] })
    expect(made.links[0]).toEqual({
      name: 'Zoë & Max #1?.jpg',
      key: 'w/Zoë & Max #1?.jpg',
      outputId: 'web',
      url: 'https://photos.example.com/base/w/Zo%C3%AB%20%26%20Max%20%231%3F.jpg',
      opensUntilMs: null,
      problem: null
    })
  })

  it('leaves out what is not in the bucket yet, and says so once', async () => {
    const made = await make([target('a.jpg', false), target('b.jpg'), target('c.jpg', false)])
    expect(made.text).toBe('https://photos.example.com/base/b.jpg')
    expect(made.links.map(({ url, problem }) => [url === null, problem?.code ?? null])).toEqual([
      [true, 'not-in-bucket'],
      [false, null],
      [true, 'not-in-bucket']
    ])
    expect(made.problems).toMatchObject([{ code: 'not-in-bucket' }])
  })

  it('makes no public link without a public address, and says what helps', async () => {
    const made = await make([target('a.jpg'), target('b.jpg')], PUBLIC, 'plain', createMemoryStore())
    expect(made).toMatchObject({ text: '', tried: 'untried', problems: [{ code: 'link-impossible' }] })
    expect(made.problems[0]?.detail).toContain('signed link')
  })

  it('makes none of private objects', async () => {
    const made = await make([target('a.jpg')], { kind: 'private' })
    expect(made).toMatchObject({ text: '', tried: 'untried', links: [{ url: null, opensUntilMs: null }] })
  })

  it('tells until when a signed link opens', async () => {
    const store: Store = {
      ...withAddress,
      presignGet: async (key, seconds) => `https://r2.example/${key}?X-Amz-Expires=${seconds}`
    }
    const made = await make([target('a.jpg')], { kind: 'signed', seconds: 3600 }, 'plain', store)
    expect(made.links).toMatchObject([
      { url: 'https://r2.example/a.jpg?X-Amz-Expires=3600', opensUntilMs: 1_800_000_000_000 + 3_600_000 }
    ])
  })

  it('says so where a store cannot sign, or fails to', async () => {
    const signed: LinkKind = { kind: 'signed', seconds: 60 }
    expect((await make([target('a.jpg')], signed)).problems).toMatchObject([{ code: 'link-impossible' }])
    const failing: Store = {
      ...withAddress,
      presignGet: async () => {
        throw new AppError('secret-wrong', 'no')
      }
    }
    expect((await make([target('a.jpg')], signed, 'plain', failing)).problems).toMatchObject([{ code: 'secret-wrong' }])
  })

  it.each([
    'http://127.0.0.1:8787/public/photos',
    'http://localhost:1234',
    'http://[::1]:99',
    'file:///home/me/photos'
  ])('says that links below %s open on this computer only', async (publicBaseUrl) => {
    const made = await make([target('a.jpg')], PUBLIC, 'plain', createMemoryStore({ publicBaseUrl }))
    expect(made.text).toBe(`${publicBaseUrl}/a.jpg`)
    expect(made.problems).toMatchObject([{ code: 'here-only' }])
    expect(made.problems[0]?.detail).toContain('this computer only')
  })

  it('says that a link does not open', async () => {
    expect(await make([target('a.jpg')], PUBLIC, 'plain', withAddress, false)).toMatchObject({ tried: 'fails' })
  })

  it('tries one link, not all, and none that is a file', async () => {
    const tried: string[] = []
    const ports = {
      nowMs: () => 0,
      tryLink: async (url: string) => {
        tried.push(url)
        return true
      }
    }
    const targets = [target('a.jpg', false), target('b.jpg'), target('c.jpg')]
    await makeLinks(targets, PUBLIC, 'plain', { ...ports, store: withAddress }, signal)
    expect(tried).toEqual(['https://photos.example.com/base/b.jpg'])
    const onDisk = createMemoryStore({ publicBaseUrl: 'file:///photos' })
    expect(await makeLinks(targets, PUBLIC, 'plain', { ...ports, store: onDisk }, signal)).toMatchObject({
      tried: 'untried'
    })
    expect(tried).toHaveLength(1)
  })

  it('makes Markdown in which no name can break out', async () => {
    const made = await make([target('a/]( evil) *b*.jpg'), target('film.mp4')], PUBLIC, 'markdown')
    expect(made.text.split('\n')).toEqual([
      '![\\]( evil) \\*b\\*.jpg](https://photos.example.com/base/a/%5D%28%20evil%29%20%2Ab%2A.jpg)',
      '[film.mp4](https://photos.example.com/base/film.mp4)'
    ])
  })

  it('makes HTML in which no name can break out', async () => {
    const made = await make([target(`x"><script>'&.webp`), target('a\nb.pdf')], PUBLIC, 'html')
    expect(made.text.split('\n')).toEqual([
      '<img src="https://photos.example.com/base/x%22%3E%3Cscript%3E%27%26.webp" alt="x&quot;&gt;&lt;script&gt;&#39;&amp;.webp">',
      '<a href="https://photos.example.com/base/a%0Ab.pdf">a b.pdf</a>'
    ])
  })

  it('makes nothing of nothing', async () => {
    expect(await make([])).toEqual({ text: '', links: [], tried: 'untried', problems: [] })
  })
})
