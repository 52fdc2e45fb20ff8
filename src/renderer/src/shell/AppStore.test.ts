import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import type { Totals } from '../../../shared/model/frame.ts'
import { eventually } from '../testing/eventually.ts'
import { fakeAccounts, fakeCollections } from '../testing/fakeData.ts'
import { createFakeSilverdrop } from '../testing/fakeSilverdrop.ts'
import { AppStore, TRACE_SECONDS } from './AppStore.ts'

const totals: Totals = {
  collectionId: null,
  frames: 1,
  waiting: 0,
  working: 1,
  done: 0,
  needsYou: 0,
  cancelled: 0,
  totalBytes: 10,
  doneBytes: 0,
  bytesPerSecond: 0,
  secondsLeft: null,
  limitBytesPerSecond: null,
  hold: null
}

async function start() {
  const fake = createFakeSilverdrop({ frames: 20 })
  const app = new AppStore(fake.api)
  app.start()
  await eventually(() => expect(app.state.totals.get(null)?.frames).toBe(20))
  return { fake, app }
}

describe('AppStore', () => {
  it('follows what is announced', async () => {
    const { fake, app } = await start()
    fake.emit('accounts:changed', [])
    expect(app.state.accounts).toEqual([])
    fake.emit('engine:changed', ['stopped'])
    expect(app.state.engine).toBe('stopped')
  })

  it('asks anew when the engine runs again', async () => {
    const { fake, app } = await start()
    fake.emit('engine:changed', ['stopped'])
    fake.frames.pop()
    fake.emit('engine:changed', ['running'])
    await eventually(() => expect(app.state.totals.get(null)?.frames).toBe(19))
  })

  it('believes what the engine told meanwhile more than the older answer', async () => {
    const fake = createFakeSilverdrop({ frames: 20 })
    fake.answer('app:state', async () => {
      fake.emit('engine:changed', ['running'])
      return { version: '0', platform: 'linux', vault: 'system', engine: 'starting', hasLocalR2: true }
    })
    const app = new AppStore(fake.api)
    app.start()
    await eventually(() => expect(app.state.phase).toBe('ready'))
    expect(app.state.engine).toBe('running')
  })

  it('believes the accounts and settings that were told meanwhile more than the older answers', async () => {
    const fake = createFakeSilverdrop({ frames: 20 })
    const older = await fake.api.call('settings:get', {})
    if (!older.ok) throw new Error(older.error.code)
    fake.answer('accounts:list', async () => {
      fake.emit('accounts:changed', fakeAccounts())
      fake.emit('settings:changed', [{ ...older.value, density: 'compact' }])
      return []
    })
    const app = new AppStore(fake.api)
    app.start()
    await eventually(() => expect(app.state.phase).toBe('ready'))
    expect(app.state.accounts).toHaveLength(fakeAccounts().length)
    expect(app.state.settings?.density).toBe('compact')
  })

  it('does not let an older list of collections undo what was told while the totals were still to come', async () => {
    const { fake, app } = await start()
    const [one, ...listed] = fakeCollections(20)
    const { promise, resolve } = Promise.withResolvers<void>()
    fake.answer('collections:list', async () => listed)
    fake.answer('queue:totals', async () => {
      await promise
      return totals
    })
    fake.emit('engine:changed', ['running'])
    await eventually(() => expect(app.state.collections).toEqual(listed))
    fake.emit('collections:changed', one ? [one] : [])
    resolve()
    await eventually(() => expect(app.state.totals.get(null)).toEqual(totals))
    expect(app.state.collections).toEqual([one])
  })

  it('opens although the engine dies while it is asked, and asks the next one', async () => {
    const fake = createFakeSilverdrop({ frames: 20 })
    fake.answer('collections:list', async () => {
      throw new AppError('engine-stopped', 'SIGKILL')
    })
    const app = new AppStore(fake.api)
    app.start()
    await app.loaded()
    await eventually(() => expect(fake.asked.some(({ name }) => name === 'collections:list')).toBe(true))
    fake.emit('engine:changed', ['stopped', 'starting'])
    fake.answer('collections:list', async () => fakeCollections(20))
    fake.emit('engine:changed', ['running'])
    await eventually(() => expect(app.state.collections).toHaveLength(fakeCollections(20).length))
    expect(app.state.phase).toBe('ready')
  })

  it('says why it could not start, and starts when it can', async () => {
    const fake = createFakeSilverdrop()
    fake.answer('settings:get', async () => {
      throw new AppError('settings-damaged', 'line 3')
    })
    const app = new AppStore(fake.api)
    await app.load()
    expect(app.state).toMatchObject({ phase: 'failed', problem: { code: 'settings-damaged' } })
  })

  it('hears nothing more once it is stopped', async () => {
    const { fake, app } = await start()
    app.stop()
    fake.emit('accounts:changed', [])
    expect(app.state.accounts).not.toEqual([])
  })
})

describe('the trace of the last minute', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_795_000_000_000 }))
  afterEach(() => void vi.useRealTimers())

  it('has one figure a second however often it is told, and no more than a minute', () => {
    const fake = createFakeSilverdrop({ frames: 0 })
    const app = new AppStore(fake.api)
    app.start()
    for (let tick = 0; tick < 900; tick += 1) {
      fake.emit('queue:measured', [{ ...totals, bytesPerSecond: tick }])
      vi.advanceTimersByTime(100)
    }
    expect(app.state.trace).toHaveLength(TRACE_SECONDS)
    expect(app.state.trace.at(-1)).toBe(899)
    expect(app.state.trace.at(-2)).toBe(889)
  })

  it('fills the seconds that nobody spoke of', () => {
    const fake = createFakeSilverdrop({ frames: 0 })
    const app = new AppStore(fake.api)
    app.start()
    fake.emit('queue:measured', [{ ...totals, bytesPerSecond: 5 }])
    vi.advanceTimersByTime(3_000)
    fake.emit('queue:measured', [{ ...totals, bytesPerSecond: 9 }])
    expect(app.state.trace).toEqual([5, 5, 5, 9])
  })
})
