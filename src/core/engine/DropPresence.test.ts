import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { ORIGINAL, WEB } from '../../shared/model/output.ts'
import { defaultSettings, engineSettings } from '../../shared/model/settings.ts'
import { CatalogVolumes } from '../catalog/CatalogVolumes.ts'
import { openCatalog } from '../catalog/openCatalog.ts'
import { createEngine, type Engine } from '../engine.ts'
import { type Clock, systemClock } from '../files/Clock.ts'

const PATIENT = { timeout: 30_000, interval: 20 }
const LONG_MS = 90_000

/** After this a disk counts as silent: no sooner, as a slow computer is not. */
const SILENCE_MS = 10_000

/** All else that is waited for comes fifty times as soon. */
const hastyClock: Clock = {
  now: systemClock.now,
  setTimer: (delayMs, act) => systemClock.setTimer(delayMs === SILENCE_MS ? delayMs : delayMs / 50, act)
}

const rules = { ...defaultSettings.newCollection, keyTemplate: '{name}.{ext}', outputs: [ORIGINAL] }

/** A second volume, where this computer has one that anybody may write to. */
const OTHER_VOLUME = '/dev/shm'
const hasOtherVolume = existsSync(OTHER_VOLUME) && statSync(OTHER_VOLUME).dev !== statSync(tmpdir()).dev

function makeFolder(where = tmpdir()): string {
  const folder = mkdtempSync(join(where, 'silverdrop-drop-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A card with two pictures in its reader, which is a link, and an engine on a folder account that is held. */
async function openCard(volume = OTHER_VOLUME, homeVolume = tmpdir()) {
  const home = makeFolder(homeVolume)
  const bucket = join(home, 'bucket')
  mkdirSync(bucket)
  const own = makeFolder(volume)
  for (const name of ['a.raf', 'b.raf']) writeFileSync(join(own, name), `on the card: ${name}`)
  const card = join(home, 'card')
  const insert = (folder = own) => symlinkSync(folder, card)
  const pull = () => unlinkSync(card)
  insert()
  const engines: Engine[] = []
  /** What the window was told to ask for again. */
  const reordered: string[] = []
  onTestFinished(async () => void (await engines.at(-1)?.close()))
  const start = async (clock = hastyClock): Promise<Engine> => {
    await engines.at(-1)?.close()
    const engine = createEngine({
      home,
      resumesAll: true,
      clock,
      onEvent: (name, payload) => {
        if (name === 'queue:reordered') reordered.push(JSON.stringify(payload))
      }
    })
    engines.push(engine)
    const account = { id: 'here', kind: 'folder', name: 'Here', path: bucket, publicBaseUrl: null, prefix: '' } as const
    const settings = { ...engineSettings(defaultSettings), newCollection: rules }
    await engine.answers['queue:hold']({ isHeld: true })
    await engine.private['engine:configure']({
      accounts: [{ account, secret: null }],
      defaultAccountId: 'here',
      ...settings
    })
    return engine
  }
  return {
    home,
    bucket,
    own,
    card,
    pull,
    insert,
    start,
    reordered,
    contents: () =>
      readdirSync(bucket)
        .filter((name) => name.endsWith('.raf'))
        .map((name) => readFileSync(join(bucket, name), 'utf8'))
        .toSorted(),
    sent: () =>
      readdirSync(bucket)
        .filter((name) => name.endsWith('.raf'))
        .toSorted()
  }
}

async function drop(engine: Engine, ...paths: ReadonlyArray<string>): Promise<string> {
  return (await engine.answers['queue:add']({ paths: [...paths], collectionId: null })).collectionId
}

const release = (engine: Engine) => engine.answers['queue:hold']({ isHeld: false })

async function rowsOf(engine: Engine, collectionId: string) {
  const { frames } = await engine.answers['queue:page']({ collectionId, filter: 'all', offset: 0, limit: 100 })
  return frames.map(({ name, status, problem }) => `${name} ${status} ${problem?.code ?? ''}`.trim())
}

async function viewOf(engine: Engine, collectionId: string) {
  const found = (await engine.answers['collections:list']({})).find(({ id }) => id === collectionId)
  return found ?? expect.unreachable('it is not in the list')
}

const isAway = (engine: Engine, collectionId: string) =>
  vi.waitFor(async () => {
    const { state, problem } = await viewOf(engine, collectionId)
    expect([state, problem?.code]).toEqual(['not-connected', 'folder-missing'])
  }, PATIENT)

/** Some looks more than have begun by now. */
async function nextLooks(): Promise<void> {
  const looks = vi.spyOn(CatalogVolumes.prototype, 'hasWaiting')
  onTestFinished(() => looks.mockRestore())
  await vi.waitFor(() => expect(looks.mock.calls.length).toBeGreaterThan(2), PATIENT)
}

const becomes = (engine: Engine, collectionId: string, rows: ReadonlyArray<string>) =>
  vi.waitFor(async () => expect(await rowsOf(engine, collectionId)).toEqual(rows), PATIENT)

describe.skipIf(!hasOtherVolume)('a drop whose card is pulled too early', { timeout: LONG_MS }, () => {
  it('waits, not connected, and goes on by itself when the card is back', async () => {
    const { card, pull, insert, start, sent } = await openCard()
    const engine = await start()
    const id = await drop(engine, card)
    pull()
    await release(engine)
    await isAway(engine, id)
    await becomes(engine, id, ['a.raf waiting folder-missing', 'b.raf waiting folder-missing'])
    expect(sent()).toEqual([])
    insert()
    await becomes(engine, id, ['a.raf done', 'b.raf done'])
    expect(await viewOf(engine, id)).toMatchObject({ state: 'done', problem: null })
    expect(sent()).toEqual(['a.raf', 'b.raf'])
  })

  it('says so before anything was read of it, and also after the next start', async () => {
    const { card, pull, insert, start, sent, reordered } = await openCard()
    const before = await start()
    const id = await drop(before, card)
    await vi.waitFor(() => expect(reordered).toHaveLength(1), PATIENT) // they came
    pull()
    await isAway(before, id) // while the queue is held for another reason
    expect(reordered).toEqual([JSON.stringify([{ collectionId: id }]), JSON.stringify([{ collectionId: id }])])
    const engine = await start()
    await release(engine)
    await isAway(engine, id)
    expect(await rowsOf(engine, id)).toEqual(['a.raf waiting folder-missing', 'b.raf waiting folder-missing'])
    insert()
    await becomes(engine, id, ['a.raf done', 'b.raf done'])
    expect(sent()).toEqual(['a.raf', 'b.raf'])
  })

  it('waits for its loose files too, and holds nothing that is dropped afterwards', async () => {
    const { card, pull, insert, start, sent } = await openCard()
    const engine = await start()
    const id = await drop(engine, join(card, 'a.raf'), join(card, 'b.raf'))
    pull()
    await release(engine)
    await isAway(engine, id)
    const disk = makeFolder()
    for (const name of ['c.raf', 'd.raf']) writeFileSync(join(disk, name), name)
    const other = await drop(engine, join(disk, 'c.raf'), join(disk, 'd.raf'))
    await becomes(engine, other, ['c.raf done', 'd.raf done'])
    expect(sent()).toEqual(['c.raf', 'd.raf'])
    insert()
    await becomes(engine, id, ['a.raf done', 'b.raf done'])
    const again = await drop(engine, join(card, 'a.raf'), join(card, 'b.raf'))
    expect(await rowsOf(engine, again)).toContain('c.raf done') // the newest one of the day
  })

  it('is done, and asks for no card, when all of it has arrived', async () => {
    const { card, pull, start } = await openCard()
    const engine = await start()
    const id = await drop(engine, card)
    await release(engine)
    await becomes(engine, id, ['a.raf done', 'b.raf done'])
    pull()
    const disk = makeFolder()
    writeFileSync(join(disk, 'c.raf'), 'c')
    await engine.answers['queue:hold']({ isHeld: true })
    await engine.answers['queue:add']({ paths: [join(disk, 'c.raf')], collectionId: id })
    await release(engine)
    await becomes(engine, id, ['a.raf done', 'b.raf done', 'c.raf done'])
    expect((await viewOf(engine, id)).state).toBe('done')
  })

  it('lets a person cancel what waits, asks for the card no more, and tries nothing again for that', async () => {
    const { card, pull, start } = await openCard()
    writeFileSync(join(card, 'c.raf'), 'c')
    const engine = await start()
    const id = await drop(engine, card)
    const { frames } = await engine.answers['queue:page']({ collectionId: id, filter: 'all', offset: 0, limit: 9 })
    const ids = frames.flatMap((frame) => (frame.name === 'c.raf' ? [] : [frame.id]))
    await engine.answers['queue:pause']({ ids })
    unlinkSync(join(card, 'c.raf'))
    await release(engine)
    await becomes(engine, id, ['a.raf paused', 'b.raf paused', 'c.raf failed file-missing'])
    await engine.answers['queue:hold']({ isHeld: true })
    await engine.answers['queue:continue']({ ids })
    pull()
    await isAway(engine, id)
    await engine.answers['queue:cancel']({ ids })
    await vi.waitFor(async () => expect((await viewOf(engine, id)).state).not.toBe('not-connected'), PATIENT)
    await nextLooks()
    expect(await rowsOf(engine, id)).toEqual(['a.raf cancelled', 'b.raf cancelled', 'c.raf failed file-missing'])
  })

  it('is looked for at once after sleep', async () => {
    const { card, pull, insert, start } = await openCard()
    const isRegular = (delayMs: number) => delayMs === 5_000
    const engine = await start({
      now: systemClock.now,
      setTimer: (delayMs, act) => (isRegular(delayMs) ? () => {} : systemClock.setTimer(delayMs, act))
    })
    const id = await drop(engine, card)
    for (const [change, state] of [[pull, 'not-connected'] as const, [insert, 'waiting'] as const]) {
      change()
      await engine.private['engine:power']({ event: 'resume' })
      await vi.waitFor(async () => expect((await viewOf(engine, id)).state).toBe(state), PATIENT)
    }
  })

  it('remembers one place, however many folders its loose files lie in', async () => {
    const { card, start } = await openCard()
    const remember = vi.spyOn(CatalogVolumes.prototype, 'rememberPlaces')
    onTestFinished(() => remember.mockRestore())
    const paths = Array.from({ length: 20 }, (_, n) => join(card, 'DCIM', `${n}`, 'x.raf'))
    for (const path of paths) {
      mkdirSync(join(path, '..'), { recursive: true })
      writeFileSync(path, path)
    }
    await drop(await start(), ...paths)
    expect(remember.mock.calls.map(([, places]) => [...places.keys()])).toEqual([[join(card, sep)]])
  })

  it('remembers nothing of the disk that its own home lies on, and what was edited there is sent', async () => {
    const { home, card, own, start, sent } = await openCard(OTHER_VOLUME, OTHER_VOLUME)
    const before = await start()
    const id = await drop(before, card)
    await before.close()
    const db = openCatalog(join(home, 'catalog.sqlite'))
    expect(new CatalogVolumes(db).recallPlaces(id)).toEqual(new Map())
    db.close()
    for (const name of ['a.raf', 'b.raf']) writeFileSync(join(own, name), `edited: ${name}`)
    const engine = await start()
    await release(engine)
    await becomes(engine, id, ['a.raf done', 'b.raf done'])
    expect(sent()).toEqual(['a.raf', 'b.raf'])
  })

  it('knows a disk again that only its mount has given another number', async () => {
    const { home, card, own, start } = await openCard()
    const before = await start()
    const id = await drop(before, card)
    await before.close()
    const db = openCatalog(join(home, 'catalog.sqlite'))
    const volumes = new CatalogVolumes(db)
    const [[place, volume] = ['', '']] = volumes.recallPlaces(id)
    volumes.rememberPlaces(id, new Map([[place, volume.replace(/ 0:\d+$/, ' 0:9999')]]))
    db.close()
    for (const name of ['a.raf', 'b.raf']) writeFileSync(join(own, name), `edited: ${name}`)
    const engine = await start()
    await release(engine)
    await becomes(engine, id, ['a.raf done', 'b.raf done'])
  })

  it('looks again where the catalog could not be read, and says so as long as nothing is known', async () => {
    const { card, start, sent } = await openCard()
    const id = await drop(await start(), card)
    const { hasWaiting } = CatalogVolumes.prototype
    let isBroken = false // only for the looks, and not when it is asked whether a look is needed
    const asked = vi.spyOn(CatalogVolumes.prototype, 'hasWaiting').mockImplementation(function (
      this: CatalogVolumes,
      collectionId
    ) {
      if (isBroken) throw new AppError('file-unreadable', 'The test has broken the disk')
      isBroken = true
      return hasWaiting.call(this, collectionId)
    })
    onTestFinished(() => asked.mockRestore())
    const engine = await start()
    await vi.waitFor(async () => {
      const { state, problem } = await viewOf(engine, id)
      expect([state, problem?.code]).toEqual(['not-connected', 'file-unreadable'])
    }, PATIENT)
    asked.mockRestore()
    await release(engine)
    await becomes(engine, id, ['a.raf done', 'b.raf done'])
    expect(sent()).toEqual(['a.raf', 'b.raf'])
  })
})

describe('what is gone from a disk that is there', { timeout: LONG_MS }, () => {
  it.each(hasOtherVolume ? [tmpdir(), OTHER_VOLUME] : [tmpdir()])(
    'fails, and the rest of the drop is sent (%s)',
    async (volume) => {
      const { own, start } = await openCard(volume)
      const gone = makeFolder(volume)
      writeFileSync(join(gone, 'c.raf'), 'c')
      const engine = await start()
      const id = await drop(engine, join(own, 'a.raf'), join(own, 'b.raf'), join(gone, 'c.raf'))
      unlinkSync(join(own, 'a.raf'))
      rmSync(gone, { recursive: true })
      await release(engine)
      await becomes(engine, id, ['a.raf failed file-missing', 'b.raf done', 'c.raf failed file-missing'])
      expect((await viewOf(engine, id)).state).toBe('attention')
    }
  )

  it('ends a push with failures, and the same push sends it later', async () => {
    const { card, pull, insert, start } = await openCard(tmpdir())
    const engine = await start()
    const { signal } = new AbortController()
    const push = async () => {
      const collection = engine.push.collection(card, '', rules)
      await engine.push.add(collection, [card], signal)
      return collection.id
    }
    const id = await push()
    pull()
    await release(engine)
    expect(await engine.settled(id, signal)).toMatchObject({ needsYou: 2, done: 0 })
    expect(await rowsOf(engine, id)).toEqual(['a.raf failed file-missing', 'b.raf failed file-missing'])
    insert()
    expect(await engine.settled(await push(), signal)).toMatchObject({ needsYou: 0, done: 2 })
  })

  it('stops no push of what is beside it', async () => {
    const { own, start, sent } = await openCard(tmpdir())
    const before = await start()
    const { signal } = new AbortController()
    for (const name of ['x', 'y', 'z']) {
      mkdirSync(join(own, name))
      writeFileSync(join(own, name, `${name}.raf`), name)
    }
    const push = async (engine: Engine, ...names: ReadonlyArray<string>) => {
      const collection = engine.push.collection(own, '', rules)
      const { paths } = await engine.push.add(
        collection,
        names.map((name) => join(own, name)),
        signal
      )
      return { collection, paths }
    }
    await push(before, 'x', 'y') // and it is interrupted
    renameSync(join(own, 'x'), join(own, 'renamed'))
    const engine = await start()
    const { collection, paths } = await push(engine, 'y', 'z')
    await release(engine)
    await engine.settled(collection.id, signal)
    expect((await engine.push.rows(collection, paths)).map(({ status }) => status)).toEqual(['done', 'done'])
    expect(sent()).toEqual(['y.raf', 'z.raf'])
  })
})

describe.skipIf(!hasOtherVolume)('a drop in whose place another card is', { timeout: LONG_MS }, () => {
  const OWN = ['on the card: a.raf', 'on the card: b.raf']

  /** Another card, which has a picture of the same name. */
  async function openReader() {
    const room = await openCard()
    const other = makeFolder()
    writeFileSync(join(other, 'a.raf'), 'on the other card')
    const swap = (folder?: string) => {
      room.pull()
      room.insert(folder)
    }
    return { ...room, other, swap }
  }

  it('reads nothing of it, and goes on with its own', async () => {
    const { start, card, other, swap, contents } = await openReader()
    const engine = await start()
    const id = await drop(engine, card)
    swap(other)
    await isAway(engine, id)
    await release(engine)
    expect((await viewOf(engine, id)).problem?.detail).toContain('another disk or card')
    swap()
    await becomes(engine, id, ['a.raf done', 'b.raf done'])
    expect(contents()).toEqual(OWN)
  })

  it('takes none of its pictures for its own when it goes on before anybody has looked', async () => {
    const { start, card, other, swap, contents } = await openReader()
    const engine = await start(systemClock)
    const id = await drop(engine, card)
    await engine.answers['queue:pause']({ collectionId: id, filter: 'all' })
    await release(engine)
    swap(other)
    unlinkSync(join(card, 'a.raf'))
    writeFileSync(join(card, 'a.raf'), 'on the other card, and only this one')
    await engine.answers['queue:continue']({ collectionId: id, filter: 'all' })
    await isAway(engine, id)
    await becomes(engine, id, ['a.raf waiting folder-missing', 'b.raf waiting folder-missing'])
    expect(contents()).toEqual([])
    swap()
    await becomes(engine, id, ['a.raf done', 'b.raf done'])
    expect(contents()).toEqual(OWN)
  })

  it('finds out about one alone that was changed, and had been read by then', async () => {
    const { start, card, other, swap, contents } = await openReader()
    rmSync(join(card, 'b.raf'))
    const engine = await start(systemClock)
    const id = await drop(engine, card)
    await engine.answers['queue:pause']({ collectionId: id, filter: 'all' })
    await release(engine)
    swap(other)
    await engine.answers['queue:continue']({ collectionId: id, filter: 'all' })
    await becomes(engine, id, ['a.raf waiting folder-missing'])
    swap()
    await becomes(engine, id, ['a.raf done'])
    expect(contents()).toEqual(OWN.slice(0, 1))
  })

  it('sends the other card as a drop of its own when it is dropped, and the first goes on waiting', async () => {
    const { start, card, other, swap } = await openReader()
    const engine = await start()
    const first = await drop(engine, card)
    swap(other)
    const second = await drop(engine, card)
    expect(second).not.toBe(first)
    await release(engine)
    await becomes(engine, second, ['a.raf done'])
    expect(await rowsOf(engine, first)).toEqual(['a.raf waiting folder-missing', 'b.raf waiting folder-missing'])
    swap()
    await becomes(engine, first, ['a.raf done', 'b.raf done'])
    expect(await drop(engine, card)).toBe(second) // nothing is left to send of either
  })

  it('leaves to their own card those of its pictures that are paused', async () => {
    const { start, card, other, swap, contents } = await openReader()
    const engine = await start()
    const first = await drop(engine, card)
    await engine.answers['queue:pause']({ collectionId: first, filter: 'all' })
    swap(other)
    const second = await drop(engine, card)
    expect(second).not.toBe(first)
    swap()
    await engine.answers['queue:cancel']({ collectionId: second, filter: 'all' })
    await engine.answers['queue:continue']({ collectionId: first, filter: 'all' })
    await release(engine)
    await becomes(engine, first, ['a.raf done', 'b.raf done'])
    expect(contents()).toEqual(OWN)
  })

  it('goes on in its own collection when it is dropped again, though another card was dropped since', async () => {
    const { home, start, card, other, swap, contents } = await openReader()
    const before = await start()
    const first = await drop(before, card)
    swap(other)
    const second = await drop(before, card)
    await before.close()
    const db = openCatalog(join(home, 'catalog.sqlite')) // this computer has no third volume
    new CatalogVolumes(db).rememberPlaces(second, new Map([[join(card, sep), 'uuid of the other card']]))
    db.close()
    swap()
    const engine = await start()
    await engine.answers['collections:change']({ collectionId: first, rules: { ...rules, outputs: [ORIGINAL, WEB] } })
    expect((await engine.answers['drop:forecast']({ paths: [card] })).outputs).toEqual([ORIGINAL.id, WEB.id])
    await engine.answers['collections:change']({ collectionId: first, rules })
    expect(await drop(engine, card)).toBe(first)
    await release(engine)
    await becomes(engine, first, ['a.raf done', 'b.raf done'])
    expect(await rowsOf(engine, second)).toEqual(['a.raf waiting folder-missing'])
    expect(contents()).toEqual(OWN)
  })

  it('takes none of its files into the same collection by hand', async () => {
    const { start, card, other, swap, contents } = await openReader()
    const engine = await start()
    const id = await drop(engine, card)
    swap(other)
    await expect(engine.answers['queue:add']({ paths: [card], collectionId: id })).rejects.toMatchObject({
      code: 'folder-missing',
      message: expect.stringContaining('another disk or card')
    })
    swap()
    await release(engine)
    await becomes(engine, id, ['a.raf done', 'b.raf done'])
    expect(contents()).toEqual(OWN)
  })

  it('makes another drop of what a comparison of the folder finds missing', async () => {
    const { start, card, other, swap, contents } = await openReader()
    const engine = await start()
    const first = await drop(engine, card)
    swap(other)
    const ownRules = { ...rules, keyTemplate: '{name}-lake.{ext}' }
    await engine.answers['collections:change']({ collectionId: first, rules: ownRules })
    const { collectionId, files } = await engine.answers['coverage:send']({ folder: card, accountId: null })
    expect(files).toBe(1)
    expect(collectionId).not.toBe(first)
    expect((await viewOf(engine, collectionId)).rules).toEqual(ownRules)
    await release(engine)
    await becomes(engine, collectionId, ['a.raf done'])
    swap()
    await becomes(engine, first, ['a.raf done', 'b.raf done'])
    expect(contents()).toEqual([...OWN, 'on the other card'].toSorted())
  })

  it('takes a card whose id is another for the same where it finds a file of it as it was', async () => {
    const { start, own, card, other, swap } = await openReader()
    const names = Array.from({ length: 12 }, (_, n) => `${10 + n}.raf`)
    const then = new Date(1_700_000_000_000)
    for (const [n, name] of names.entries()) {
      for (const folder of [own, other]) {
        writeFileSync(join(folder, name), name)
        utimesSync(join(folder, name), then, then)
      }
      if (n < 8) writeFileSync(join(other, name), `${name}, edited since`)
    }
    const engine = await start()
    const paths = names.map((name) => join(card, name))
    const id = await drop(engine, ...paths)
    swap(other)
    await release(engine)
    await becomes(
      engine,
      id,
      names.map((name) => `${name} done`)
    )
  })
})
