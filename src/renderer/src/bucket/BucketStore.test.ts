import { describe, expect, it } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { eventually } from '../testing/eventually.ts'
import { createFakeSilverdrop } from '../testing/fakeSilverdrop.ts'
import { ToastStore } from '../ui/ToastStore.ts'
import { BucketStore } from './BucketStore.ts'
import { crumbsOf } from './bucketPath.ts'

async function open(prefix: string) {
  const fake = createFakeSilverdrop({ frames: 0 })
  const toasts = new ToastStore()
  const bucket = new BucketStore(fake.api, toasts)
  await bucket.show('studio', prefix)
  return { fake, toasts, bucket }
}

describe('BucketStore', () => {
  it('shows folders before objects, by their names within the folder', async () => {
    const { bucket } = await open('')
    expect(bucket.state.items.map(({ name }) => name)).toEqual(['2026-11-21', 'portfolio', 'robots.txt'])
  })

  it('loads what follows, page by page, until the end', async () => {
    const { bucket } = await open('2026-11-21/')
    expect(bucket.state).toMatchObject({ hasMore: true })
    await bucket.loadMore()
    await bucket.loadMore()
    await bucket.loadMore()
    expect(bucket.state.items).toHaveLength(420)
    expect(bucket.state.hasMore).toBe(false)
  })

  it('makes only a few previews at once, of what is on screen now', async () => {
    const { fake, bucket } = await open('2026-11-21/')
    const releases: Array<() => void> = []
    fake.answer('bucket:preview', async ({ key }) => {
      await new Promise<void>((resolve) => releases.push(resolve))
      return { previewUrl: `preview/${key}` }
    })
    const objects = bucket.state.items.flatMap((item) => (item.kind === 'object' ? [item.object] : []))
    bucket.wantPreviews(objects.slice(0, 50))
    expect(releases).toHaveLength(4)

    bucket.wantPreviews(objects.slice(100, 102)) // scrolled on: the other 46 are let go
    for (const release of releases.splice(0)) release()
    await eventually(() => expect(releases).toHaveLength(2))
    for (const release of releases.splice(0)) release()
    await eventually(() => expect(bucket.state.previews.size).toBe(6))
    expect(bucket.state.previews.has(`etag-100 ${objects[100]?.key}`)).toBe(true)
  })

  it('asks with names and sizes before it deletes, and can bring back', async () => {
    const { fake, toasts, bucket } = await open('')
    bucket.choose(1)
    await bucket.askToDelete()
    expect(bucket.state.asking).toMatchObject({ objects: 2, names: ['about.txt', 'cover.webp'] })
    expect(fake.asked.some(({ name }) => name === 'bucket:delete')).toBe(false)

    await bucket.deleteAsked()
    expect(bucket.state.items.map(({ name }) => name)).toEqual(['2026-11-21', 'robots.txt'])
    toasts.state.toasts.at(-1)?.action?.run()
    await eventually(() => expect(bucket.state.items).toHaveLength(3))
  })

  it('fails with its reason, and shows the folder when it can be read again', async () => {
    const { fake, bucket } = await open('')
    fake.answer('bucket:list', async () => {
      throw new AppError('network', 'ENOTFOUND')
    })
    await bucket.reload()
    expect(bucket.state).toMatchObject({ phase: 'failed', problem: { code: 'network' } })

    fake.answer('bucket:list', async () => ({ folders: [], objects: [], next: null }))
    await bucket.reload()
    expect(bucket.state).toMatchObject({ phase: 'ready', problem: null })
  })

  it('lets a late answer for the folder that was left go', async () => {
    const { fake, bucket } = await open('')
    let release = () => {}
    fake.answer('bucket:list', async ({ prefix }) => {
      if (prefix === 'slow/') {
        await new Promise<void>((resolve) => {
          release = resolve
        })
      }
      return { folders: [`${prefix}inner/`], objects: [], next: null }
    })
    const slow = bucket.show('studio', 'slow/')
    await bucket.show('studio', 'fast/')
    release()
    await slow
    expect(bucket.state.items.map(({ id }) => id)).toEqual(['fast/inner/'])
  })
})

describe('BucketStore, when answers come late or not at all', () => {
  it('loads more of the folder that is shown while an older folder still waits for its next page', async () => {
    const { fake, bucket } = await open('')
    const { promise, resolve } = Promise.withResolvers<void>()
    fake.answer('bucket:list', async ({ prefix, after }) => {
      if (prefix === 'slow/' && after !== null) await promise
      return { folders: [`${prefix}${after ?? 'first'}/`], objects: [], next: after === null ? 'second' : null }
    })
    await bucket.show('studio', 'slow/')
    const left = bucket.loadMore()
    await bucket.show('studio', 'fast/')
    await bucket.loadMore()
    expect(bucket.state.items.map(({ id }) => id)).toEqual(['fast/first/', 'fast/second/'])
    resolve()
    await left
    expect(bucket.state.items).toHaveLength(2)
  })

  it('does not go on in a folder from where another one ended', async () => {
    const { fake, bucket } = await open('2026-11-21/')
    const { promise, resolve } = Promise.withResolvers<{ folders: []; objects: []; next: null }>()
    fake.answer('bucket:list', () => promise)
    const showing = bucket.show('studio', 'portfolio/')
    await bucket.loadMore()
    resolve({ folders: [], objects: [], next: null })
    await showing
    const asked = fake.asked.flatMap(({ name, input }) => (name === 'bucket:list' ? [input] : []))
    expect(asked.filter(({ prefix }) => prefix === 'portfolio/').map(({ after }) => after)).toEqual([null])
  })

  it('deletes what it asked about, whatever was chosen while that was measured', async () => {
    const { fake, bucket } = await open('')
    bucket.choose(1)
    const asking = bucket.askToDelete()
    bucket.choose(2)
    await asking
    expect(bucket.state.asking?.names).toEqual(['about.txt', 'cover.webp'])
    await bucket.deleteAsked()
    const deleted = fake.asked.flatMap(({ name, input }) => (name === 'bucket:delete' ? [input] : []))
    expect(deleted).toEqual([{ accountId: 'studio', keys: [], folders: ['portfolio/'] }])
  })

  it('asks nothing about a folder that was left while a deletion was measured', async () => {
    const { bucket } = await open('')
    bucket.choose(1)
    const asking = bucket.askToDelete()
    await bucket.show('studio', '2026-11-21/')
    await asking
    expect(bucket.state.asking).toBeNull()
  })

  it('asks about the last choice where a deletion was asked for twice, and deletes once', async () => {
    const { fake, bucket } = await open('')
    const { promise, resolve } = Promise.withResolvers<void>()
    fake.answer('bucket:measure', async ({ keys }) => {
      if (keys.length === 0) await promise
      return { objects: 1, bytes: 1, names: [...keys], tooLargeForTrash: 0 }
    })
    bucket.choose(1)
    const first = bucket.askToDelete()
    bucket.choose(2)
    await bucket.askToDelete()
    resolve()
    await first
    expect(bucket.state.asking?.names).toEqual(['robots.txt'])
    await Promise.all([bucket.deleteAsked(), bucket.deleteAsked()])
    expect(fake.asked.filter(({ name }) => name === 'bucket:delete')).toHaveLength(1)
  })

  it('shows the folder when the engine that died over it runs again', async () => {
    const { fake, bucket } = await open('')
    bucket.start()
    fake.answer('bucket:list', async () => {
      throw new AppError('engine-stopped', 'SIGKILL')
    })
    await bucket.reload()
    expect(bucket.state.phase).toBe('failed')
    fake.answer('bucket:list', async () => ({ folders: ['back/'], objects: [], next: null }))
    fake.emit('engine:changed', ['starting'])
    expect(bucket.state.phase).toBe('failed')
    fake.emit('engine:changed', ['running'])
    await eventually(() => expect(bucket.state.items.map(({ id }) => id)).toEqual(['back/']))
    bucket.stop()
  })

  it('tries a preview again that the engine died over, and not one that cannot be had', async () => {
    const { fake, bucket } = await open('2026-11-21/')
    const [one, two] = bucket.state.items.flatMap((item) => (item.kind === 'object' ? [item.object] : []))
    if (!one || !two) throw new Error('the fake bucket has objects')
    fake.answer('bucket:preview', async ({ key }) => {
      throw key === one.key ? new AppError('engine-stopped', 'SIGKILL') : new AppError('picture-damaged', 'cut off')
    })
    bucket.wantPreviews([one, two])
    await eventually(() => expect([...bucket.state.previews.keys()]).toEqual([`${two.etag} ${two.key}`]))
    fake.answer('bucket:preview', async ({ key }) => ({ previewUrl: `preview/${key}` }))
    bucket.wantPreviews([one, two])
    await eventually(() => expect(bucket.previewOf(one)).toBe(`preview/${one.key}`))
    expect(bucket.previewOf(two)).toBeNull()
  })
})

describe('crumbsOf', () => {
  it('leads from the bucket to the folder, through folders without a name', () => {
    expect(crumbsOf('clients', 'a//b/').map(({ prefix }) => prefix)).toEqual(['', 'a/', 'a//', 'a//b/'])
    expect(crumbsOf('clients', '')).toEqual([{ label: 'clients', prefix: '' }])
  })
})
