import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import type { ListedObject } from '../../store/ObjectStore.ts'
import { compareFrames, coverageStateOf } from './compareFrames.ts'
import type { ComparePorts, ObjectWords } from './compareObject.ts'
import { Listing } from './Listing.ts'
import type { WantedFrame, WantedObject } from './WantedFrame.ts'

const { signal } = new AbortController()
const md5 = (text: string) => hash('md5', text, 'hex')
const sha256 = (text: string) => hash('sha256', text, 'hex')

const original = (key: string, change: Partial<WantedObject> = {}): WantedObject => ({
  outputId: 'original',
  isOriginal: true,
  key,
  proof: null,
  ...change
})
const frame = (text: string, ...objects: WantedObject[]): WantedFrame => ({
  file: { path: `/shoot/${text}`, relativePath: text, sizeBytes: text.length, mtimeNs: 1n, ino: 1n },
  objects,
  problem: null
})
const listed = (key: string, text: string, etag = md5(text)): ListedObject => ({
  key,
  sizeBytes: text.length,
  etag,
  modifiedAtMs: 0
})

/** A disk where a file's content is its name, and a bucket whose objects say this of themselves. */
function openPorts(words: Readonly<Record<string, ObjectWords>> = {}, change: Partial<ComparePorts> = {}) {
  const read: string[] = []
  const looked: string[] = []
  const ports: ComparePorts = {
    digest: async ({ relativePath }) => {
      read.push(relativePath)
      return { md5: md5(relativePath), sha256: sha256(relativePath) }
    },
    look: async (key) => {
      looked.push(key)
      return words[key] ?? null
    },
    nextKey: null,
    isAnywhere: false,
    ...change
  }
  return { ports, read, looked }
}

describe('compareFrames', () => {
  it('opens nothing whose key is free, or has something of another size', async () => {
    const { ports, read } = openPorts()
    const listing = new Listing([listed('b', 'longer than it')])
    const compared = await compareFrames([frame('a', original('a')), frame('b', original('b'))], listing, ports, signal)
    expect(compared.map(coverageStateOf)).toEqual(['missing', 'stale'])
    expect(read).toEqual([])
  })

  it('believes a proof only of the object that is listed', async () => {
    const proof = { sizeBytes: 3, sha256: sha256('one'), etag: md5('one'), provedAtMs: 1, how: 'sent' } as const
    const { ports, read } = openPorts()
    const wanted = [frame('one', original('one', { proof }))]
    const same = await compareFrames(wanted, new Listing([listed('one', 'one')]), ports, signal)
    expect([same.map(coverageStateOf), read]).toEqual([['there'], []])
    const other = await compareFrames(wanted, new Listing([listed('one', 'two')]), ports, signal)
    expect(other.map(coverageStateOf)).toEqual(['stale'])
    expect((await compareFrames(wanted, new Listing([]), ports, signal)).map(coverageStateOf)).toEqual(['missing'])
  })

  it('asks an object of several parts for its digest, and reads a file once for all of its objects', async () => {
    const words = { sha256: sha256('one'), sourceSha256: sha256('one'), outputId: 'original' }
    const web = { sha256: sha256('web'), sourceSha256: sha256('one'), outputId: 'web' }
    const { ports, read, looked } = openPorts({ one: words, 'one-web': web })
    const wanted = frame('one', original('one'), original('one-web', { outputId: 'web', isOriginal: false }))
    const listing = new Listing([listed('one', 'one', `${md5('parts')}-2`), listed('one-web', 'rendered')])
    const [compared] = await compareFrames([wanted], listing, ports, signal)
    expect(compared?.objects.map(({ state, found }) => [state, found?.sha256])).toEqual([
      ['unchanged', sha256('one')],
      ['unchanged', sha256('web')]
    ])
    expect([read, looked]).toEqual([['one'], ['one', 'one-web']])
  })

  it('takes for changed what says nothing of itself, or comes from another source or output', async () => {
    const web = original('web', { outputId: 'web', isOriginal: false })
    const said = { sha256: sha256('web'), sourceSha256: sha256('one'), outputId: 'web' }
    for (const words of [
      { sha256: null, sourceSha256: null, outputId: null },
      { ...said, sourceSha256: sha256('another') },
      { ...said, outputId: 'proof' }
    ]) {
      const { ports } = openPorts({ web: words })
      const compared = await compareFrames([frame('one', web)], new Listing([listed('web', 'any')]), ports, signal)
      expect(compared.map(coverageStateOf)).toEqual(['stale'])
    }
  })

  it('knows keys whatever their normalisation, and what no file has', async () => {
    const listing = new Listing([listed('Zoe\u0308', 'Zo\u00eb'), listed('x/old', 'old'), listed('y/old', 'old')])
    expect(listing.get('Zo\u00eb')).not.toBeNull()
    expect(listing.except(new Set(['Zo\u00eb']), 'x/').map(({ key }) => key)).toEqual(['x/old'])
  })

  it('tells a file that cannot be read, and goes on with the rest', async () => {
    const digest = async () => {
      throw new AppError('file-changed', 'edited meanwhile')
    }
    const { ports } = openPorts({}, { digest })
    const listing = new Listing([listed('one', 'one')])
    const compared = await compareFrames(
      [frame('one', original('one')), frame('two', original('two'))],
      listing,
      ports,
      signal
    )
    expect(compared.map(({ problem }) => problem?.code ?? null)).toEqual(['file-changed', null])
    expect(compared.map(coverageStateOf)).toEqual(['unreadable', 'missing'])
  })

  it('concludes nothing where the bucket does not answer, and stops when it is told to', async () => {
    const failure = new AppError('network', 'gone')
    const look = async () => {
      throw failure
    }
    const { ports } = openPorts({}, { look })
    const listing = new Listing([listed('one', 'one', 'parts-2')])
    await expect(compareFrames([frame('one', original('one'))], listing, ports, signal)).rejects.toBe(failure)
    const reason = new DOMException('Stopped', 'AbortError')
    await expect(
      compareFrames([frame('one', original('one'))], listing, ports, AbortSignal.abort(reason))
    ).rejects.toBe(reason)
  })

  it('finds the same bytes under any key where that is enough', async () => {
    const { ports } = openPorts({}, { isAnywhere: true })
    const listing = new Listing([listed('far/away', 'one'), listed('near', 'six')])
    const [compared] = await compareFrames([frame('one', original('one'))], listing, ports, signal)
    expect(compared?.objects).toMatchObject([{ key: 'far/away', state: 'unchanged' }])
  })
})
