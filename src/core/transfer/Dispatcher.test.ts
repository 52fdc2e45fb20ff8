import { randomUUID } from 'node:crypto'
import { appendFileSync, existsSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import type { CollectionRules } from '../../shared/model/collection.ts'
import { ORIGINAL, WEB } from '../../shared/model/output.ts'
import { defaultTransferSettings } from '../../shared/model/transfer.ts'
import { MiB } from '../../shared/units.ts'
import { inTransaction } from '../catalog/openCatalog.ts'
import { createFakeClock } from '../files/testing/fakeClock.ts'
import type { Darkroom } from '../images/Darkroom.ts'
import { createMemoryStore } from '../store/memory/createMemoryStore.ts'
import { BandwidthLimiter } from './BandwidthLimiter.ts'
import { Dispatcher, type DispatcherLimits } from './Dispatcher.ts'
import { FrameCommands } from './FrameCommands.ts'
import { SINGLE_PUT_BYTES } from './planParts.ts'
import type { Absence } from './settleAbsence.ts'
import { createFaultyStore, type Fault } from './testing/createFaultyStore.ts'
import { createPaperDarkroom, openRoom, photoFacts, SESSION } from './testing/openRoom.ts'
import { transition } from './UploadState.ts'

const { signal } = new AbortController()

function fault(at: Fault['at'], code: ErrorCode, times = Number.POSITIVE_INFINITY): Fault {
  let left = times
  return {
    at,
    when: 'before',
    act: () => {
      left -= 1
      if (left >= 0) throw new AppError(code, `Refused by the test: ${code}`)
    }
  }
}

/** A store that keeps `put` waiting until it is let go or stopped. */
function openGate(): Fault & { readonly open: () => void; readonly reached: Promise<void> } {
  const gate = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  const act = () => {
    reached.resolve()
    return gate.promise
  }
  return { at: 'put', when: 'before', act, open: gate.resolve, reached: reached.promise }
}

function start(
  rules: Partial<CollectionRules> = {},
  darkroom: Darkroom = createPaperDarkroom(),
  absenceOf: () => Promise<Absence> = async () => 'unknown',
  limits: DispatcherLimits = { prepare: 2, render: 1, send: 2 }
) {
  const room = openRoom(rules)
  const clock = createFakeClock()
  const store = createFaultyStore(createMemoryStore())
  const { frames, uploads, pool, digester, db } = room
  let { bucket, account } = room.destination
  /** What the dispatcher has said of holds, each time that it said something. */
  const toldHolds: Array<Dispatcher['hold']> = []
  const dispatcher: Dispatcher = new Dispatcher(
    {
      frames,
      uploads,
      darkroom,
      pool,
      digester,
      clock,
      limiter: new BandwidthLimiter(),
      random: () => 1,
      session: SESSION,
      destinationOf: () => ({ ...room.destination, bucket, account }),
      storeOf: async () => store,
      awayCollections: () => [],
      absenceOf,
      spoolPath: join(room.home, 'spool'),
      previewPathOf: (id) => join(room.home, 'previews', id),
      onFrameChanged: () => {},
      onProgress: () => {},
      onHoldChanged: () => toldHolds.push(dispatcher.hold)
    },
    limits
  )
  onTestFinished(() => dispatcher.close())
  const commands = new FrameCommands({
    frames,
    uploads,
    inTransaction: (act) => inTransaction(db, act),
    stopFrames: (ids) => dispatcher.stopFrames(ids),
    onFrameChanged: () => dispatcher.wake()
  })
  /** Waits, without letting time pass. */
  const until = async (holds: () => boolean) => {
    while (!holds()) await nextTurn()
  }
  /** Lets time pass until that is so. */
  const turnUntil = async (holds: () => boolean) => {
    while (!holds()) {
      clock.turn(250)
      await nextTurn()
    }
  }
  const add = (name: string, content = 'a picture') => {
    const [frame] = room.add(room.write(name, content))
    if (!frame) throw new Error('Not added')
    dispatcher.wake()
    return frame
  }
  const statusOf = ({ id }: { id: string }) => room.find(id).status
  const setBucket = (name: string) => {
    bucket = name
  }
  const setAccount = (id: string) => {
    account = { ...account, id }
  }
  const uploadOf = ({ id }: { id: string }) => uploads.ofFrame(id)[0]
  dispatcher.start()
  return {
    ...room,
    clock,
    store,
    dispatcher,
    commands,
    until,
    turnUntil,
    addFrame: add,
    statusOf,
    uploadOf,
    setBucket,
    setAccount,
    toldHolds
  }
}

describe('Dispatcher', () => {
  it('begins a frame anew whose account leads to another bucket since it was prepared', async () => {
    const { addFrame, dispatcher, turnUntil, until, statusOf, uploadOf, uploads, setBucket } = start()
    dispatcher.setHeld(true)
    const frame = addFrame('a.jpg')
    dispatcher.setHeld(false)
    await until(() => uploadOf(frame) !== undefined)
    setBucket('another')
    await turnUntil(() => statusOf(frame) === 'done')
    const { accountId, key } = uploadOf(frame) ?? { accountId: '', key: '' }
    expect(uploads.proofs.find(accountId, 'another', key)).not.toBeNull()
    expect(uploads.proofs.find(accountId, 'photos', key)).toBeNull()
  })

  it('prepares, renders, sends and proves, and empties the spool', async () => {
    const { addFrame, until, statusOf, store, home, uploads, dispatcher } = start({ outputs: [ORIGINAL, WEB] })
    const added = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg', 'e.jpg'].map((name) => addFrame(name))
    await until(() => added.every((frame) => statusOf(frame) === 'done') && !dispatcher.isBusy)
    expect(store.count('put')).toBe(10)
    expect(readdirSync(join(home, 'spool'))).toEqual([])
    expect(uploads.countSpooled(SESSION).size).toBe(0)
    expect((await store.head('a-web.webp', signal))?.contentType).toBe('image/webp')
  })

  it('tries again what can pass, later and later, and gives up after eight times', async () => {
    const { addFrame, turnUntil, statusOf, store, uploadOf } = start()
    store.faults.push(fault('put', 'server-error'))
    const frame = addFrame('a.jpg')
    await turnUntil(() => uploadOf(frame)?.state.kind === 'retrying')
    expect(uploadOf(frame)?.state).toMatchObject({ attempt: 1, problem: { code: 'server-error' } })
    await turnUntil(() => statusOf(frame) === 'failed')
    expect(store.count('put')).toBe(9)
    expect(uploadOf(frame)?.state).toMatchObject({ kind: 'failed', problem: { code: 'server-error' } })
  })

  it('gives up at once what cannot pass', async () => {
    const { addFrame, until, statusOf, store } = start()
    store.faults.push(fault('put', 'locked'))
    const frame = addFrame('a.jpg')
    await until(() => statusOf(frame) === 'failed')
    expect(store.count('put')).toBe(1)
  })

  it('believes that the network is gone only after a probe, waits it out, and goes on', async () => {
    const { addFrame, turnUntil, until, statusOf, store, dispatcher, uploadOf } = start()
    const putFault = fault('put', 'network')
    store.faults.push(putFault, fault('head', 'network', 40))
    const frame = addFrame('a.jpg')
    await until(() => uploadOf(frame)?.state.kind === 'retrying')
    await until(() => dispatcher.hold === 'offline')
    await turnUntil(() => store.count('head') > 20)
    expect(store.count('put')).toBe(1) // held: nothing is tried
    store.faults.splice(0, 1)
    await turnUntil(() => statusOf(frame) === 'done')
    expect(dispatcher.hold).toBeNull()
  })

  it('does not hold the queue for one broken connection', async () => {
    const { addFrame, turnUntil, statusOf, store, dispatcher } = start()
    store.faults.push(fault('put', 'network', 1))
    const frame = addFrame('a.jpg')
    await turnUntil(() => {
      expect(dispatcher.hold).toBeNull()
      return statusOf(frame) === 'done'
    })
    expect(store.count('head')).toBe(1)
  })

  it.each([
    'secret-missing',
    'secret-wrong',
    'account-unknown',
    'not-entitled',
    'access-denied',
    'bucket-missing',
    'clock-skewed',
    'endpoint-wrong'
  ] as const)('waits for a person where the account says %s, failing nothing', async (code) => {
    const { addFrame, until, statusOf, store, dispatcher } = start()
    store.faults.push(fault('put', code))
    const first = addFrame('a.jpg')
    await until(() => dispatcher.hold !== null && !dispatcher.isBusy)
    expect(dispatcher.refusalOf(null)?.code).toBe(code)
    const second = addFrame('b.jpg')
    await until(() => !dispatcher.isBusy && statusOf(second) === 'waiting')
    expect(store.count('put')).toBe(1)
    expect(statusOf(first)).toBe('waiting')
    store.faults.length = 0
    dispatcher.accountsChanged()
    await until(() => statusOf(first) === 'done' && statusOf(second) === 'done')
    expect(dispatcher.hold).toBeNull()
  })

  it('tries a refused account again every minute, since it can be mended elsewhere', async () => {
    const { addFrame, turnUntil, until, statusOf, store, dispatcher, clock } = start()
    store.faults.push(fault('put', 'bucket-missing', 2))
    const frame = addFrame('a.jpg')
    await until(() => dispatcher.hold !== null && !dispatcher.isBusy)
    clock.turn(59_999)
    await nextTurn()
    expect(store.count('put')).toBe(1)
    clock.turn(1)
    await until(() => store.count('put') === 2 && !dispatcher.isBusy)
    expect(dispatcher.refusalOf(null)?.code).toBe('bucket-missing')
    await turnUntil(() => statusOf(frame) === 'done' && dispatcher.hold === null)
    expect(store.count('put')).toBe(3)
  })

  it('takes a file that changes while it is read once more, when it stands still', async () => {
    const { addFrame, turnUntil, until, statusOf, store, dispatcher } = start()
    const frame = addFrame('a.jpg', 'version 1')
    writeFileSync(frame.path, 'version 2 is longer')
    await until(() => statusOf(frame) === 'settling')
    expect(store.count('put')).toBe(0)
    await turnUntil(() => statusOf(frame) === 'done' && !dispatcher.isBusy)
    expect(await new Response(await store.get('a.jpg', null, signal)).text()).toBe('version 2 is longer')
    expect(store.count('put')).toBe(1)
  })

  it('waits as long as a file grows, and does not take up a turn with it', async () => {
    const { addFrame, turnUntil, until, statusOf, clock, find } = start()
    const growing = ['g1.mov', 'g2.mov', 'g3.mov'].map((name) => addFrame(name))
    for (const { path } of growing) appendFileSync(path, 'more')
    await until(() => growing.every((frame) => statusOf(frame) === 'settling'))
    for (let second = 1; second < 6; second += 1) {
      for (const { path } of growing) appendFileSync(path, 'and more')
      clock.turn(1_900)
      await nextTurn()
    }
    expect(growing.map(statusOf)).toEqual(['settling', 'settling', 'settling'])
    const other = addFrame('other.jpg')
    await until(() => statusOf(other) === 'done')
    await turnUntil(() => growing.every((frame) => statusOf(frame) === 'done'))
    expect(find(growing[0]?.id ?? '').sizeBytes).toBeGreaterThan(20)
  })

  it('says that a file went away while it was read', async () => {
    const { addFrame, turnUntil, until, statusOf, find } = start()
    const frame = addFrame('a.jpg')
    writeFileSync(frame.path, 'another, longer picture')
    await until(() => statusOf(frame) === 'settling')
    rmSync(frame.path)
    await turnUntil(() => statusOf(frame) === 'failed')
    expect(find(frame.id).problem?.code).toBe('file-missing')
  })

  it('looks for what went away while it was read when work goes on again, if it was stopped by then', async () => {
    let absence: Absence = 'away'
    const { addFrame, until, statusOf, dispatcher, find, write, turnUntil } = start({}, undefined, async () => absence)
    const frame = addFrame('a.jpg')
    writeFileSync(frame.path, 'another, longer picture')
    await until(() => statusOf(frame) === 'settling')
    rmSync(frame.path)
    dispatcher.setHeld(true)
    await until(() => !dispatcher.isBusy)
    expect(find(frame.id)).toMatchObject({ status: 'waiting', problem: null })
    absence = 'unknown'
    write('a.jpg', 'a picture')
    dispatcher.setHeld(false)
    await turnUntil(() => statusOf(frame) === 'done')
  })

  it('lets the original of a file arrive that is deleted before its renditions are tried again', async () => {
    const gate = openGate()
    const paper = createPaperDarkroom()
    let renderings = 0
    const darkroom: Darkroom = {
      ...paper,
      render: async (job) => {
        renderings += 1
        if (renderings === 1) throw new AppError('render-crashed', job.path)
        rmSync(job.path)
        throw new AppError('file-missing', job.path)
      }
    }
    const { addFrame, until, statusOf, store, uploads, dispatcher } = start(
      { outputs: [ORIGINAL, WEB] },
      darkroom,
      async () => 'deleted'
    )
    store.faults.push(gate)
    const frame = addFrame('a.jpg')
    const statesOf = () => uploads.ofFrame(frame.id).map(({ state }) => state.kind)
    await until(() => statesOf().join() === 'sending,failed')
    await gate.reached
    const [, web] = uploads.ofFrame(frame.id)
    if (!web) throw new Error('There is no rendition')
    uploads.saveState(web, transition(web.state, { kind: 'renewed' }))
    dispatcher.wake()
    await until(() => renderings === 2 && (statesOf().includes('failed') || statusOf(frame) === 'cancelled'))
    expect(statesOf()).toEqual(['sending', 'failed'])
    gate.open()
    await until(() => !dispatcher.isBusy)
    expect([statesOf(), statusOf(frame)]).toEqual([['done', 'failed'], 'attention'])
  })

  it('sends no rendition of an earlier version once the source has changed', async () => {
    const { addFrame, turnUntil, until, statusOf, store, dispatcher } = start({ outputs: [ORIGINAL, WEB] })
    store.faults.push(fault('put', 'server-error', 2))
    const frame = addFrame('a.jpg')
    await until(() => store.count('put') === 2 && !dispatcher.isBusy)
    writeFileSync(frame.path, 'another, longer picture')
    await turnUntil(() => statusOf(frame) === 'done' && !dispatcher.isBusy)
    expect(await store.head('a-web-2.webp', signal)).toBeNull()
    expect((await store.head('a-original.jpg', signal))?.sizeBytes).toBe(23)
  })

  it('makes a rendition again that has gone from the spool', async () => {
    const { addFrame, turnUntil, until, statusOf, store, uploads, dispatcher } = start({ outputs: [WEB] })
    store.faults.push(fault('put', 'server-error', 1))
    const frame = addFrame('a.jpg')
    await until(() => store.count('put') === 1 && !dispatcher.isBusy)
    const path = uploads.ofFrame(frame.id)[0]?.spoolPath ?? ''
    expect(existsSync(path)).toBe(true)
    rmSync(path)
    await turnUntil(() => statusOf(frame) === 'done')
  })

  it('waits for room on a full disk, and goes on', async () => {
    const paper = createPaperDarkroom()
    let isFull = true
    const { addFrame, turnUntil, until, statusOf, dispatcher } = start(
      { outputs: [WEB] },
      {
        ...paper,
        render: async (job, stop) => {
          if (isFull) throw new AppError('disk-full', 'No space left on device')
          return paper.render(job, stop)
        }
      }
    )
    const frame = addFrame('a.jpg')
    await until(() => dispatcher.hold === 'disk-full')
    expect(statusOf(frame)).toBe('waiting')
    isFull = false
    await turnUntil(() => statusOf(frame) === 'done')
    expect(dispatcher.hold).toBeNull()
  })

  it('gives out later what it could not while much was under way and another process kept the catalog locked', async () => {
    const limits = { prepare: 2, render: 1, send: 32 }
    const room = start({}, undefined, undefined, limits)
    const { addFrame, until, turnUntil, statusOf, store, uploads, db, dispatcher } = room
    const gate = openGate()
    store.faults.push(gate)
    const frames = Array.from({ length: 24 }, (_, index) => addFrame(`${index}.jpg`, `picture ${index}`))
    const under = () => frames.filter((frame) => statusOf(frame) === 'working').length
    await until(() => under() === 8 && frames.every((frame) => room.find(frame.id).facts !== null))
    db.exec('PRAGMA busy_timeout = 0')
    const other = new DatabaseSync(db.location() ?? '')
    onTestFinished(() => other.close())
    other.exec('BEGIN IMMEDIATE')
    dispatcher.wake()
    uploads.commits.flush()
    await nextTurn()
    other.exec('ROLLBACK')
    gate.open()
    await turnUntil(() => frames.every((frame) => statusOf(frame) === 'done'))
  })

  it('stops everything when it is held, keeps it waiting, and goes on from there', async () => {
    const { addFrame, until, statusOf, store, dispatcher } = start()
    const stopped = Promise.withResolvers<void>()
    store.faults.push({ at: 'put', when: 'after', act: () => stopped.promise })
    const frame = addFrame('a.jpg')
    await until(() => store.count('put') === 1)
    dispatcher.setHeld(true)
    expect(dispatcher.hold).toBe('paused')
    stopped.resolve()
    await until(() => !dispatcher.isBusy)
    const other = addFrame('b.jpg')
    for (let turn = 0; turn < 5; turn += 1) await nextTurn()
    expect(statusOf(other)).toBe('waiting')
    dispatcher.setHeld(false)
    await until(() => statusOf(frame) === 'done' && statusOf(other) === 'done')
  })

  it('does not begin an upload again before the stopped one has ended', async () => {
    const { addFrame, until, statusOf, store, dispatcher, commands, uploadOf } = start()
    const gate = openGate()
    store.faults.push(gate)
    const frame = addFrame('a.jpg')
    await gate.reached
    await commands.pause([frame.id])
    await commands.continue([frame.id])
    const other = addFrame('b.jpg')
    await until(() => statusOf(other) === 'working')
    expect(uploadOf(frame)?.state.kind).toBe('waiting')
    gate.open()
    await until(() => statusOf(frame) === 'done' && statusOf(other) === 'done' && !dispatcher.isBusy)
    expect((await store.head('a-2.jpg', signal)) === null).toBe(true)
  })

  it('leaves a cancelled frame cancelled', async () => {
    const { addFrame, until, statusOf, store, dispatcher, commands } = start()
    store.faults.push({ at: 'put', when: 'before', act: () => commands.cancel([frame.id]).then(() => {}) })
    const frame = addFrame('a.jpg')
    await until(() => statusOf(frame) === 'cancelled' && !dispatcher.isBusy)
    expect(await store.head('a.jpg', signal)).toBeNull()
  })

  it('lets nothing hang whose sibling was stopped', async () => {
    const { addFrame, until, statusOf, store, commands, uploads, dispatcher } = start({ outputs: [ORIGINAL, WEB] })
    const gate = openGate()
    store.faults.push(gate)
    const frame = addFrame('a.jpg')
    await until(() => uploads.ofFrame(frame.id).filter(({ state }) => state.kind === 'sending').length === 2)
    dispatcher.stopFrames([frame.id])
    gate.open()
    await until(() => statusOf(frame) === 'done' && !dispatcher.isBusy)
    expect(await commands.retry([frame.id])).toBe(0)
  })

  it('leaves at its end everything where the next start finds it', async () => {
    const { addFrame, until, store, dispatcher, frames, uploads, collection, uploadOf } = start()
    const gate = openGate()
    store.faults.push(gate)
    const sending = addFrame('a.jpg')
    await gate.reached
    const closing = dispatcher.close()
    gate.open()
    await closing
    expect(uploadOf(sending)?.state.kind).toBe('waiting')
    const later = addFrame('b.jpg')
    frames.recover(collection.id)
    uploads.recover(collection.id)
    store.faults.length = 0
    dispatcher.start()
    await until(() => uploadOf(sending)?.state.kind === 'done' && uploadOf(later)?.state.kind === 'done')
    expect(await store.head('a-2.jpg', signal)).toBeNull()
  })

  it('leaves to the next engine what it could not write down of a collection that is no longer its own', async () => {
    const { addFrame, until, store, dispatcher, collection, uploadOf, home, db, clock } = start()
    const gate = openGate()
    store.faults.push(gate, fault('put', 'server-error'))
    const frame = addFrame('a.jpg')
    await gate.reached
    const other = new DatabaseSync(join(home, 'catalog.sqlite'))
    db.exec('PRAGMA busy_timeout = 0')
    other.exec('BEGIN IMMEDIATE')
    gate.open()
    await until(() => !dispatcher.isBusy)
    dispatcher.stopCollection(collection.id)
    other.exec('ROLLBACK')
    other.close()
    clock.turn(1_000)
    for (let turn = 0; turn < 5; turn += 1) await nextTurn()
    expect([uploadOf(frame)?.state.kind, store.count('put')]).toEqual(['sending', 1])
  })

  it('sends nothing in the hours that the timetable keeps free, keeps what was begun, and goes on by itself', async () => {
    const { addFrame, until, statusOf, store, dispatcher, clock, uploadOf } = start()
    const now = new Date(clock.now())
    const minute = now.getHours() * 60 + now.getMinutes()
    const nextMinute = { fromMinute: (minute + 1) % 1440, toMinute: ((minute + 1) % 1440) + 1, bytesPerSecond: 0 }
    const timetable = [{ days: [0, 1, 2, 3, 4, 5, 6], ...nextMinute }]
    dispatcher.configure({ ...defaultTransferSettings, bandwidth: { bytesPerSecond: null, timetable } })
    const gate = openGate()
    store.faults.push(gate)
    const sending = addFrame('a.jpg')
    await gate.reached
    clock.turn(60_000 - (clock.now() % 60_000))
    expect([dispatcher.hold, dispatcher.limitBytesPerSecond]).toEqual(['timetable', 0])
    gate.open()
    await until(() => !dispatcher.isBusy)
    expect(uploadOf(sending)?.state.kind).toBe('waiting')
    const later = addFrame('b.jpg')
    await until(() => uploadOf(later)?.state.kind === 'waiting' && !dispatcher.isBusy) // prepared all the same
    expect(store.count('put')).toBe(1)
    clock.turn(60_000)
    expect([dispatcher.hold, dispatcher.limitBytesPerSecond]).toEqual([null, null])
    await until(() => statusOf(sending) === 'done' && statusOf(later) === 'done')
  })

  it('takes new settings at once', () => {
    const { dispatcher, pool } = start()
    const bandwidth = { bytesPerSecond: 500_000, timetable: [] }
    dispatcher.configure({ ...defaultTransferSettings, bufferBytes: 128 * MiB, bandwidth })
    expect([pool.budgetBytes, dispatcher.limitBytesPerSecond]).toEqual([128 * MiB, 500_000])
    dispatcher.configure(defaultTransferSettings)
    expect([pool.budgetBytes, dispatcher.limitBytesPerSecond]).toEqual([256 * MiB, null])
  })

  it('stops when the computer falls asleep, and goes on at once when it wakes', async () => {
    const { addFrame, until, statusOf, store, dispatcher, uploadOf, clock } = start()
    store.faults.push(fault('put', 'server-error', 1))
    const retrying = addFrame('a.jpg')
    await until(() => uploadOf(retrying)?.state.kind === 'retrying' && !dispatcher.isBusy)
    const gate = openGate()
    store.faults.push(gate)
    const sending = addFrame('b.jpg')
    await gate.reached
    dispatcher.suspend()
    gate.open()
    await until(() => !dispatcher.isBusy)
    expect([uploadOf(sending)?.state.kind, dispatcher.hold]).toEqual(['waiting', null])
    dispatcher.wake()
    for (let turn = 0; turn < 5; turn += 1) await nextTurn()
    expect(store.count('put')).toBe(2)
    const asleepAtMs = clock.now()
    dispatcher.resume()
    await until(() => statusOf(sending) === 'done' && statusOf(retrying) === 'done')
    expect(clock.now()).toBe(asleepAtMs) // the retry did not wait for its time
  })

  it('goes on after half a minute awake where nobody says that it is', async () => {
    const { addFrame, until, statusOf, dispatcher, clock } = start()
    dispatcher.suspend()
    const frame = addFrame('a.jpg')
    for (let turn = 0; turn < 5; turn += 1) await nextTurn()
    expect(statusOf(frame)).toBe('waiting')
    clock.turn(30_000)
    await until(() => statusOf(frame) === 'done')
  })

  it('begins again at waking what was being sent, since its connections are dead', async () => {
    const { addFrame, until, statusOf, store, dispatcher } = start()
    const dead = Promise.withResolvers<void>()
    store.faults.push({ at: 'put', when: 'before', act: (call) => (call === 1 ? dead.promise : undefined) })
    const frame = addFrame('a.jpg')
    await until(() => store.count('put') === 1)
    dispatcher.resume()
    dead.reject(new DOMException('The request was aborted', 'AbortError')) // as a store does whose signal was aborted
    await until(() => statusOf(frame) === 'done')
    expect(store.count('put')).toBe(2)
  })

  it('believes the system that the network is gone only when the account does not answer', async () => {
    const { addFrame, until, statusOf, store, dispatcher } = start()
    const gate = openGate()
    store.faults.push(gate)
    const frame = addFrame('a.jpg')
    await gate.reached
    dispatcher.networkLost()
    await until(() => store.count('head') === 1)
    gate.open()
    await until(() => statusOf(frame) === 'done')
    expect(dispatcher.hold).toBeNull()
  })

  it('begins nothing new with an account that has asked to be left alone, until then', async () => {
    const { addFrame, until, statusOf, store, dispatcher, clock, uploadOf } = start()
    let left = 1
    const act = () => {
      left -= 1
      if (left >= 0) throw new AppError('rate-limited', 'Slow down', { retryAfterMs: 5_000 })
    }
    store.faults.push({ at: 'put', when: 'before', act })
    const refused = addFrame('a.jpg')
    await until(() => uploadOf(refused)?.state.kind === 'retrying' && !dispatcher.isBusy)
    const other = addFrame('b.jpg')
    await until(() => uploadOf(other) !== undefined && !dispatcher.isBusy)
    clock.turn(4_999)
    for (let turn = 0; turn < 5; turn += 1) await nextTurn()
    expect(store.count('put')).toBe(1)
    clock.turn(1)
    await until(() => statusOf(refused) === 'done' && statusOf(other) === 'done')
  })

  it('holds no memory for an account that has asked to be left alone for long', async () => {
    const { addFrame, until, statusOf, store, dispatcher, clock, pool, uploadOf } = start()
    const slow = openGate()
    const refusal = Promise.withResolvers<void>()
    store.faults.push({ ...slow, act: (call) => (call === 1 ? slow.act(call) : undefined) })
    store.faults.push({ at: 'put', when: 'before', act: (call) => (call === 2 ? refusal.promise : undefined) })
    const frames = [addFrame('a.jpg'), addFrame('b.jpg')]
    await until(() => store.count('put') === 2)
    expect(pool.usedBytes).toBeGreaterThan(0)
    refusal.reject(new AppError('rate-limited', 'Slow down', { retryAfterMs: 60_000 }))
    slow.open()
    await until(() => !dispatcher.isBusy)
    const states = frames.map((frame) => uploadOf(frame)?.state)
    expect(states.map((state) => state?.kind).toSorted()).toEqual(['retrying', 'waiting'])
    expect(states.find((state) => state?.kind === 'retrying')).toMatchObject({
      attempt: 1,
      retryAtMs: clock.now() + 60_000,
      problem: { code: 'rate-limited' }
    })
    expect([store.count('put'), pool.usedBytes, dispatcher.hold]).toEqual([2, 0, 'resting'])
    clock.turn(60_000)
    expect(dispatcher.hold).toBeNull()
    await until(() => frames.every((frame) => statusOf(frame) === 'done'))
  })

  it('does not call the queue held while another account takes something', async () => {
    const { addFrame, until, statusOf, store, dispatcher, setAccount, toldHolds } = start()
    const gate = openGate()
    const refuse = () => {
      throw new AppError('rate-limited', 'Slow down', { retryAfterMs: 60_000 })
    }
    store.faults.push({ ...gate, act: (call) => (call === 1 ? refuse() : gate.act(call)) })
    addFrame('a.jpg')
    await until(() => dispatcher.hold === 'resting')
    setAccount('another')
    const other = addFrame('b.jpg')
    await gate.reached
    expect(dispatcher.hold).toBeNull()
    await until(() => toldHolds.at(-1) === null)
    gate.open()
    await until(() => statusOf(other) === 'done' && dispatcher.hold === 'resting')
    await until(() => toldHolds.at(-1) === 'resting') // told also when it begins again with the end of what was sent
  })

  it('counts each time that an account asks to be left alone for long, and takes five minutes for the most', async () => {
    const { addFrame, turnUntil, statusOf, store, clock, uploadOf } = start()
    const act = () => {
      throw new AppError('rate-limited', 'Come back tomorrow', { retryAfterMs: 86_400_000 })
    }
    store.faults.push({ at: 'put', when: 'before', act })
    const beganAtMs = clock.now()
    const frame = addFrame('a.jpg')
    await turnUntil(() => statusOf(frame) === 'failed')
    expect(uploadOf(frame)?.state).toMatchObject({ kind: 'failed', problem: { code: 'rate-limited' } })
    expect(store.count('put')).toBe(9)
    expect(clock.now() - beganAtMs).toBeLessThan(9 * 5 * 60_000)
  })

  it('says of a file of several parts why it waits, where one of them met such an account', async () => {
    const { addFrame, until, store, uploadOf, dispatcher } = start()
    const slow = Promise.withResolvers<void>()
    const act = (call: number) => {
      if (call > 1) return slow.promise
      throw new AppError('rate-limited', 'Slow down', { retryAfterMs: 60_000 })
    }
    store.faults.push({ at: 'sendPart', when: 'before', act })
    const frame = addFrame('a.mov', 'x'.repeat(SINGLE_PUT_BYTES + 1))
    await until(() => store.count('sendPart') > 1)
    slow.resolve()
    await until(() => dispatcher.hold === 'resting')
    expect(uploadOf(frame)?.state).toMatchObject({ kind: 'retrying', attempt: 1, problem: { code: 'rate-limited' } })
  })

  it('sends a few files of one collection before the end of the many of another', async () => {
    const { addFrame, until, statusOf, store, collection, collections, frames, write, dispatcher } = start()
    const gate = openGate()
    store.faults.push(gate)
    const many = Array.from({ length: 30 }, (_, index) => addFrame(`many-${index}.jpg`))
    await gate.reached
    const drop = { ...collection, id: randomUUID(), name: 'Few' }
    collections.add(drop)
    collections.claim(drop.id, SESSION, Date.now())
    const { added } = frames.addMany(drop.id, [write('few-1.jpg', 'x'), write('few-2.jpg', 'y')], { isPaused: false })
    dispatcher.wake()
    gate.open()
    await until(() => added.every((id) => frames.statusOf(id) === 'done'))
    expect(many.filter((frame) => statusOf(frame) === 'done').length).toBeLessThan(20)
  })

  it('shows a frame that cannot be prepared, and goes on with the others', async () => {
    const { addFrame, until, statusOf, find } = start()
    const empty = addFrame('empty.jpg', '')
    const sound = addFrame('a.jpg')
    await until(() => statusOf(sound) === 'done' && statusOf(empty) === 'failed')
    expect(find(empty.id).problem?.code).toBe('file-empty')
  })

  it('takes no notice of a file that was only touched after it was sent', async () => {
    const { addFrame, until, statusOf, store, dispatcher } = start({}, createPaperDarkroom(photoFacts))
    const frame = addFrame('a.jpg')
    await until(() => statusOf(frame) === 'done' && !dispatcher.isBusy)
    utimesSync(frame.path, 1, 1)
    dispatcher.wake()
    for (let turn = 0; turn < 5; turn += 1) await nextTurn()
    expect(store.count('put')).toBe(1)
  })
})
