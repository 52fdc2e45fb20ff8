import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { EventPayload } from '../../shared/ipc/contract.ts'
import type { Account } from '../../shared/model/account.ts'
import type { CollectionRules } from '../../shared/model/collection.ts'
import { ORIGINAL } from '../../shared/model/output.ts'
import { defaultSettings, engineSettings } from '../../shared/model/settings.ts'
import { receiptSentence } from '../../shared/words/receiptWords.ts'
import { createEngine, type Engine } from '../engine.ts'

const rules: CollectionRules = {
  ...defaultSettings.newCollection,
  keyTemplate: '{folder}/{name}-{output}.{ext}',
  outputs: [ORIGINAL]
}

type Desk = {
  readonly engine: Engine
  /** The folder that stands in for the bucket. */
  readonly bucket: string
  readonly shoot: string
  readonly progress: Array<EventPayload<'receipts:progressed'>[number]>
  configure(account: Account): Promise<unknown>
  write(name: string, content?: string): string
  drop(...paths: string[]): Promise<string>
}

const here = (path: string): Account => ({
  id: 'here',
  kind: 'folder',
  name: 'Here',
  path,
  publicBaseUrl: null,
  prefix: ''
})

async function openDesk(): Promise<Desk> {
  const home = mkdtempSync(join(tmpdir(), 'silverdrop-receipts-'))
  const bucket = join(home, 'bucket')
  const shoot = join(home, 'shoot')
  for (const path of [bucket, shoot]) mkdirSync(path)
  const progress: Desk['progress'] = []
  const engine = createEngine({
    home,
    resumesAll: true,
    onEvent: (name, payload) => {
      if (name === 'receipts:progressed') progress.push(...(payload as EventPayload<'receipts:progressed'>))
    }
  })
  onTestFinished(async () => {
    await engine.close()
    rmSync(home, { recursive: true, force: true })
  })
  const configure = (account: Account) =>
    engine.private['engine:configure']({
      accounts: [{ account, secret: null }],
      defaultAccountId: 'here',
      ...engineSettings(defaultSettings),
      newCollection: rules
    })
  await configure(here(bucket))
  return {
    engine,
    bucket,
    shoot,
    progress,
    configure,
    write: (name, content = `content of ${name}`) => {
      const path = join(shoot, name)
      mkdirSync(join(path, '..'), { recursive: true })
      writeFileSync(path, content)
      return path
    },
    drop: async (...paths) => {
      const { collectionId } = await engine.answers['queue:add']({ paths, collectionId: null })
      await engine.settled(collectionId, AbortSignal.timeout(60_000))
      return collectionId
    }
  }
}

const reasons = (lacks: ReadonlyArray<{ path: string; reason: string }>) =>
  lacks.map(({ path, reason }) => `${path.slice(path.lastIndexOf('/') + 1)} ${reason}`).sort()

describe('a receipt', () => {
  it('of a folder that has arrived whole says that the card may be formatted', async () => {
    const desk = await openDesk()
    desk.write('a.nef')
    desk.write('deep/b.nef')
    desk.write('deep/b.xmp')
    desk.write('.DS_Store')
    const collectionId = await desk.drop(desk.shoot)
    const receipt = await desk.engine.answers['receipts:make']({ collectionId })
    expect(receipt).toMatchObject({ frames: 3, proved: 3, objects: 3, isSafe: true, isFolderRead: true, lacks: [] })
    expect(receipt).toMatchObject({ accountName: 'Here', bucket: desk.bucket, reproved: null })
    expect(receiptSentence(receipt)).toBe('3 of 3 frames proved in the bucket; safe to format the card.')
  })

  it('names an empty file, which is not sent, with its reason', async () => {
    const desk = await openDesk()
    desk.write('a.nef')
    desk.write('empty.nef', '')
    const receipt = await desk.engine.answers['receipts:make']({ collectionId: await desk.drop(desk.shoot) })
    expect(reasons(receipt.lacks)).toEqual(['empty.nef failed'])
    expect(receipt.lacks[0]?.problem?.code).toBe('file-empty')
  })

  it('of loose files does not speak of the card', async () => {
    const desk = await openDesk()
    const collectionId = await desk.drop(desk.write('a.nef'), desk.write('deep/b.nef'))
    const receipt = await desk.engine.answers['receipts:make']({ collectionId })
    expect(receipt).toMatchObject({ frames: 2, proved: 2, isSafe: false, isFolderRead: null, lacks: [] })
    expect(receiptSentence(receipt)).toContain('loose files')
  })

  it('of a collection that is out of the list says the same as before', async () => {
    const desk = await openDesk()
    desk.write('a.nef')
    const collectionId = await desk.drop(desk.shoot)
    await desk.engine.answers['collections:remove']({ collectionId })
    expect(await desk.engine.answers['receipts:make']({ collectionId })).toMatchObject({ proved: 1, isSafe: true })
  })

  it('of a collection that is not there is refused', async () => {
    const { engine } = await openDesk()
    const collectionId = '7a1b2c3d-0000-4000-8000-000000000000'
    await expect(engine.answers['receipts:make']({ collectionId })).rejects.toMatchObject({ code: 'bad-request' })
    await expect(engine.answers['receipts:prove']({ collectionId })).rejects.toMatchObject({ code: 'bad-request' })
    expect(await engine.answers['receipts:stop']({ collectionId })).toBeNull()
  })
})

describe('looking at every object again', () => {
  it('announces how far it is, and what is gone is said to be in the bucket no longer until it is sent again', async () => {
    const desk = await openDesk()
    const lost = desk.write('lost.nef')
    desk.write('kept.nef')
    const collectionId = await desk.drop(desk.shoot)
    const { engine } = desk
    expect(await engine.answers['receipts:prove']({ collectionId })).toMatchObject({ isSafe: true, proved: 2 })
    expect(desk.progress.at(0)).toEqual({ collectionId, looked: 0, objects: 2 })
    expect(desk.progress.at(-1)).toEqual({ collectionId, looked: 2, objects: 2 })

    rmSync(join(desk.bucket, 'lost-original.nef'))
    const receipt = await engine.answers['receipts:prove']({ collectionId })
    expect(reasons(receipt.lacks)).toEqual(['lost.nef gone'])
    expect(receipt).toMatchObject({ proved: 1, isSafe: false })
    const select = { ids: [receipt.lacks[0]?.frameId ?? ''] }
    const detail = await engine.answers['frames:detail']({ frameId: select.ids[0] ?? '' })
    expect(detail?.frame).toMatchObject({ path: lost, status: 'failed' })
    expect(reasons((await engine.answers['receipts:make']({ collectionId })).lacks)).toEqual(['lost.nef gone'])

    await engine.answers['queue:retry'](select)
    await engine.settled(collectionId, AbortSignal.timeout(60_000))
    expect(await engine.answers['receipts:prove']({ collectionId })).toMatchObject({ proved: 2, isSafe: true })
  })

  it('takes nothing back where the bucket could not be asked', async () => {
    const desk = await openDesk()
    desk.write('a.nef')
    const collectionId = await desk.drop(desk.shoot)
    const away = `${desk.bucket} away`
    renameSync(desk.bucket, away)
    const receipt = await desk.engine.answers['receipts:prove']({ collectionId })
    expect(reasons(receipt.lacks)).toEqual(['a.nef unknown'])
    renameSync(away, desk.bucket)
    expect(await desk.engine.answers['receipts:make']({ collectionId })).toMatchObject({ proved: 1, isSafe: true })
  })

  it('does not look into the bucket that an account was changed to', async () => {
    const desk = await openDesk()
    desk.write('a.nef')
    const collectionId = await desk.drop(desk.shoot)
    const other = join(desk.bucket, '..', 'other bucket')
    mkdirSync(other)
    await desk.configure(here(other))
    expect(reasons((await desk.engine.answers['receipts:prove']({ collectionId })).lacks)).toEqual(['a.nef elsewhere'])
    await desk.configure(here(desk.bucket))
    expect(await desk.engine.answers['receipts:prove']({ collectionId })).toMatchObject({ proved: 1, isSafe: true })
  })

  it('is done once for two who ask, and can be stopped', async () => {
    const desk = await openDesk()
    for (let n = 0; n < 40; n += 1) desk.write(`${n}.nef`)
    const collectionId = await desk.drop(desk.shoot)
    const { answers } = desk.engine
    const [one, two] = await Promise.all([
      answers['receipts:prove']({ collectionId }),
      answers['receipts:prove']({ collectionId })
    ])
    expect(one).toEqual(two)
    expect(desk.progress.filter(({ looked }) => looked === 40)).toHaveLength(1)
    const stopped = answers['receipts:prove']({ collectionId })
    await answers['receipts:stop']({ collectionId })
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
    expect(await answers['receipts:prove']({ collectionId })).toMatchObject({ proved: 40 })
  })
})

describe('a receipt as a file', () => {
  it('is the last one that was made or proved, whatever has happened since', async () => {
    const desk = await openDesk()
    desk.write('Zoë & Tim, "1".nef')
    const collectionId = await desk.drop(desk.shoot)
    const { answers } = desk.engine
    await answers['receipts:prove']({ collectionId })
    desk.write('later.nef')
    const json = await answers['receipts:export']({ collectionId, format: 'json' })
    expect(json.fileName).toMatch(/^shoot receipt \d{4}-\d\d-\d\d\.json$/)
    const document = JSON.parse(json.text)
    expect(document).toMatchObject({
      format: 'silverdrop-receipt',
      version: 1,
      isSafe: true,
      frames: 1,
      reproved: { objects: 1 }
    })
    const { text } = await answers['receipts:export']({ collectionId, format: 'csv' })
    expect(text.split('\r\n')).toHaveLength(3)
    expect(text).toContain('Zoë & Tim, ""1"".nef"')
  })

  it('is made where none was', async () => {
    const desk = await openDesk()
    desk.write('a.nef')
    const collectionId = await desk.drop(desk.shoot)
    const { text } = await desk.engine.answers['receipts:export']({ collectionId, format: 'json' })
    expect(JSON.parse(text)).toMatchObject({ frames: 1, reproved: null })
  })
})
