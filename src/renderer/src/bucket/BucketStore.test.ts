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

    await bucket.deleteChosen()
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

describe('crumbsOf', () => {
  it('leads from the bucket to the folder, through folders without a name', () => {
    expect(crumbsOf('clients', 'a//b/').map(({ prefix }) => prefix)).toEqual(['', 'a/', 'a//', 'a//b/'])
    expect(crumbsOf('clients', '')).toEqual([{ label: 'clients', prefix: '' }])
  })
})
