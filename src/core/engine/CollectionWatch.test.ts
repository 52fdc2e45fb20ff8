import { createHash } from 'node:crypto'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { FrameView } from '../../shared/model/frame.ts'
import { defaultSettings, engineSettings } from '../../shared/model/settings.ts'
import { CatalogMoves } from '../catalog/CatalogMoves.ts'
import { CatalogVolumes } from '../catalog/CatalogVolumes.ts'
import { openCatalog } from '../catalog/openCatalog.ts'
import { createEngine, type Engine } from '../engine.ts'
import { createFolderStore } from '../store/folder/createFolderStore.ts'

const PATIENT = { timeout: 60_000, interval: 20 }
const LONG_MS = 120_000

let home: string
let shoot: string
let engine: Engine
let collectionId: string
let told: FrameView[]

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'silverdrop-watch-'))
  shoot = join(home, 'shoot')
  told = []
  mkdirSync(shoot)
  mkdirSync(join(home, 'bucket'))
  await start()
  collectionId = (await engine.answers['collections:watch']({ path: shoot, name: null, accountId: 'here' })).id
  await vi.waitFor(async () => expect((await collection()).state).toBe('watching'), PATIENT)
})
afterEach(async () => {
  await engine.close()
  rmSync(home, { recursive: true })
})

async function start(settleMs = 400): Promise<void> {
  engine = createEngine({
    home,
    resumesAll: true,
    settleMs,
    onEvent: (name, payload) => {
      if (name === 'queue:changed') told.push(...(payload as FrameView[]))
    }
  })
  await engine.private['engine:configure']({
    accounts: [
      {
        account: {
          id: 'here',
          kind: 'folder',
          name: 'Here',
          path: join(home, 'bucket'),
          publicBaseUrl: null,
          prefix: ''
        },
        secret: null
      }
    ],
    defaultAccountId: 'here',
    ...engineSettings(defaultSettings),
    newCollection: { ...defaultSettings.newCollection, outputs: [{ kind: 'original', id: 'original' }] }
  })
}

async function collection() {
  const found = (await engine.answers['collections:list']({})).find(({ kind }) => kind === 'watch')
  return found ?? expect.unreachable('it is not in the list')
}

async function rows(): Promise<ReadonlyArray<FrameView>> {
  return (await engine.answers['queue:page']({ collectionId, filter: 'all', offset: 0, limit: 500 })).frames
}

const rowOf = async (name: string) => (await rows()).find((row) => row.name === name)
const becomes = (name: string, what: object) =>
  vi.waitFor(async () => expect(await rowOf(name)).toMatchObject(what), PATIENT)
const put = (name: string, content = name) => writeFileSync(join(shoot, name), content)

describe('a watched collection', () => {
  it('shows a file while it is written, and goes on in the same row when it is whole', {
    timeout: LONG_MS
  }, async () => {
    put('a.raf', 'first')
    await becomes('a.raf', { status: 'settling', sizeBytes: 5 })
    const id = (await rowOf('a.raf'))?.id
    // It stands still too short a time to be taken, however busy the computer is: each part is written by the last look.
    appendFileSync(join(shoot, 'a.raf'), ' second')
    await becomes('a.raf', { id, status: 'done', sizeBytes: 12 })
    const own = told.filter((row) => row.name === 'a.raf')
    const since = new Set(own.filter(({ status }) => status === 'settling').map((row) => row.settlingSinceMs))
    expect([...since]).toEqual([expect.any(Number)])
    expect((await rowOf('a.raf'))?.settlingSinceMs).toBeUndefined()
    expect(new Set(own.map((row) => row.id))).toEqual(new Set([id]))
    expect(own[0]?.status).toBe('settling')
    expect(await rows()).toHaveLength(1)
  })

  it('takes a row away again whose file was a passing one', { timeout: LONG_MS }, async () => {
    const settles = setInterval(() => put('passing.raf', `${Math.random()}`), 50)
    await becomes('passing.raf', { status: 'settling' })
    clearInterval(settles)
    unlinkSync(join(shoot, 'passing.raf'))
    await vi.waitFor(async () => expect(await rows()).toEqual([]), PATIENT)
  })

  it('does not send what a person has cancelled while it was written', { timeout: LONG_MS }, async () => {
    const writes = setInterval(() => put('no.raf', `${Math.random()}`), 50)
    await becomes('no.raf', { status: 'settling' })
    await engine.answers['queue:cancel']({ ids: [(await rowOf('no.raf'))?.id ?? ''] })
    clearInterval(writes)
    put('yes.raf')
    await becomes('yes.raf', { status: 'done' })
    expect(await rowOf('no.raf')).toMatchObject({ status: 'cancelled' })
  })

  it('reads a file from the cloud only when the person says so', { timeout: LONG_MS }, async () => {
    put('cloud.raf', '')
    truncateSync(join(shoot, 'cloud.raf'), 3_000_000)
    await becomes('cloud.raf', { status: 'failed', sizeBytes: 3_000_000, problem: { code: 'file-elsewhere' } })
    await engine.answers['queue:retry']({ ids: [(await rowOf('cloud.raf'))?.id ?? ''] })
    await becomes('cloud.raf', { status: 'done', sizeBytes: 3_000_000, problem: null })
  })

  it('concludes nothing from a folder that went away, and sends when it is back what waited meanwhile', {
    timeout: LONG_MS
  }, async () => {
    put('sent.raf')
    await becomes('sent.raf', { status: 'done' })
    await engine.answers['queue:hold']({ isHeld: true })
    put('waiting.raf')
    await becomes('waiting.raf', { status: 'waiting' })
    renameSync(shoot, join(home, 'away'))
    await engine.answers['queue:hold']({ isHeld: false })
    await becomes('waiting.raf', { status: 'waiting', problem: { code: 'folder-missing' } })
    await vi.waitFor(async () => expect(await collection()).toMatchObject({ state: 'not-connected' }), PATIENT)
    expect((await collection()).problem).toMatchObject({ code: 'folder-missing' })
    expect(await rowOf('sent.raf')).toMatchObject({ status: 'done' })
    expect(await rowOf('waiting.raf')).toMatchObject({ status: 'waiting' })
    renameSync(join(home, 'away'), shoot)
    await becomes('waiting.raf', { status: 'done' })
    expect(await collection()).toMatchObject({ state: 'watching', problem: null })
  })

  it('wants nothing of a file that was deleted before it was sent, and takes what comes in its place', {
    timeout: LONG_MS
  }, async () => {
    await engine.answers['queue:hold']({ isHeld: true })
    put('gone.raf')
    put('stays.raf')
    await becomes('gone.raf', { status: 'waiting' })
    await becomes('stays.raf', { status: 'waiting' })
    unlinkSync(join(shoot, 'gone.raf'))
    await engine.answers['queue:hold']({ isHeld: false })
    await becomes('gone.raf', { status: 'cancelled', problem: { code: 'file-missing' } })
    await becomes('stays.raf', { status: 'done' })
    expect(engine.totals(collectionId)).toMatchObject({ frames: 2, done: 1, cancelled: 1, needsYou: 0 })
    const { id } = (await rowOf('gone.raf')) ?? {}
    put('gone.raf')
    await becomes('gone.raf', { id, status: 'done', problem: null })
  })

  it('finishes no move on another card, and finishes it when its own is back', { timeout: LONG_MS }, async () => {
    put('a.raf')
    await becomes('a.raf', { status: 'done' })
    const frameId = (await rowOf('a.raf'))?.id ?? ''
    const catalog = openCatalog(join(home, 'catalog.sqlite'))
    onTestFinished(() => catalog.close())
    const volumes = new CatalogVolumes(catalog)
    await engine.close()
    new CatalogMoves(catalog).reserve({ id: frameId, collectionId }, join(shoot, 'Sent', 'a.raf'))
    renameSync(join(shoot, 'a.raf'), join(home, 'moved.raf'))
    mkdirSync(join(shoot, 'Sent'))
    put('Sent/a.raf', 'of another card')
    const own = volumes.recall(collectionId) ?? ''
    volumes.remember(collectionId, 'of its own card')
    await start()
    await vi.waitFor(async () => expect((await collection()).state).toBe('not-connected'), PATIENT)
    expect(readdirSync(shoot)).toEqual(['Sent'])
    expect(readFileSync(join(shoot, 'Sent', 'a.raf'), 'utf8')).toBe('of another card')

    volumes.remember(collectionId, own)
    renameSync(join(home, 'moved.raf'), join(shoot, 'Sent', 'a.raf'))
    await engine.private['engine:power']({ event: 'resume' })
    await becomes('a.raf', { id: frameId, folder: 'Sent', status: 'done' })
    expect(await rows()).toHaveLength(1)
  })

  it('starts again with what is on the disk, not with what it was waiting for', { timeout: LONG_MS }, async () => {
    await engine.close()
    await start(60_000)
    put('written.raf')
    put('passing.raf')
    await becomes('passing.raf', { status: 'settling' })
    await becomes('written.raf', { status: 'settling' })
    await engine.close()
    unlinkSync(join(shoot, 'passing.raf'))
    await start()
    await becomes('written.raf', { status: 'done' })
    expect(await rows()).toHaveLength(1)
    const store = createFolderStore({ path: join(home, 'bucket'), publicBaseUrl: null })
    const { signal } = new AbortController()
    const { objects } = await store.list({ prefix: '', delimiter: null, after: null, limit: 10 }, signal)
    expect(objects).toHaveLength(1)
    const facts = await store.head(objects[0]?.key ?? '', signal)
    expect(facts?.metadata['sha256']).toBe(createHash('sha256').update('written.raf').digest('hex'))
  })
})
