import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { ORIGINAL } from '../../shared/model/output.ts'
import { defaultSettings, engineSettings } from '../../shared/model/settings.ts'
import { createEngine } from '../engine.ts'
import type { Fault } from '../testing/faultProxy/FaultScript.ts'
import { type FaultyR2, openFaultyR2 } from '../testing/faultProxy/openFaultyR2.ts'

const rules = { ...defaultSettings.newCollection, keyTemplate: '{name}.{ext}', outputs: [ORIGINAL] }
const accountId = 'studio'
const denied: Fault = { kind: 'refusal', status: 403, code: 'AccessDenied' }

let r2: FaultyR2
let desks = 0

beforeAll(async () => {
  r2 = await openFaultyR2()
})
afterAll(() => r2.close())

/** Three frames in the bucket, below a prefix of their own. */
async function openDesk() {
  const home = mkdtempSync(join(tmpdir(), 'silverdrop-bucket-answers-'))
  desks += 1
  const prefix = `desk ${desks}/`
  const shoot = join(home, 'shoot')
  const engine = createEngine({ home: join(home, 'home'), resumesAll: false })
  onTestFinished(async () => {
    r2.proxy.heal()
    await engine.close()
    rmSync(home, { recursive: true })
  })
  await engine.private['engine:configure']({
    accounts: [{ account: r2.account, secret: { secretAccessKey: r2.secretAccessKey } }],
    defaultAccountId: accountId,
    ...engineSettings(defaultSettings)
  })
  mkdirSync(shoot)
  for (const name of ['a', 'b', 'c']) writeFileSync(join(shoot, `${name}.txt`), `content of ${name}`)
  const collection = engine.push.collection(shoot, prefix, rules)
  const push = async () => {
    const signal = AbortSignal.timeout(60_000)
    const { paths } = await engine.push.add(collection, [shoot], signal)
    await engine.settled(collection.id, signal)
    return paths
  }
  const paths = await push()
  const send = async (name: string, bytes: Buffer) => {
    writeFileSync(join(shoot, name), bytes)
    await push()
  }
  /** Names of the rows that say "in the bucket, proved". */
  const proved = async () =>
    (await engine.push.rows(collection, paths)).flatMap(({ name, uploads }) => (uploads[0]?.proof ? [name] : []))
  const remove = () => engine.answers['bucket:delete']({ accountId, keys: [], folders: [prefix] })
  return { engine, prefix, proved, remove, send }
}

describe('a page of the bucket', { timeout: 120_000 }, () => {
  it('says of what was sent from here what it looks like, before its small picture is there', async () => {
    const { engine, prefix, send } = await openDesk()
    await send(
      'leaf.jpg',
      await sharp({ create: { width: 300, height: 200, channels: 3, background: 'green' } })
        .jpeg()
        .toBuffer()
    )
    await vi.waitFor(
      async () => {
        const { frames } = await engine.answers['queue:page']({
          collectionId: null,
          filter: 'all',
          offset: 0,
          limit: 9
        })
        expect(frames.find(({ name }) => name === 'leaf.jpg')?.previewUrl).toMatch(/webp$/)
      },
      { timeout: 30_000 }
    )
    const { objects } = await engine.answers['bucket:list']({ accountId, prefix, after: null, limit: 9 })
    const leaf = objects.find(({ key }) => key.endsWith('leaf.jpg'))
    expect(leaf).toMatchObject({ isProved: true, previewUrl: expect.stringMatching(/webp$/) })
    expect(Buffer.from(leaf?.thumbhash ?? '', 'base64').length).toBeGreaterThanOrEqual(5)
    expect(objects.find(({ key }) => key.endsWith('a.txt'))).not.toHaveProperty('thumbhash')
  })
})

const nameOf = ({ key }: { readonly key: string }) => key.slice(key.lastIndexOf('/') + 1)

describe('a deletion in the bucket', { timeout: 120_000 }, () => {
  it('leaves the proof of what could not be deleted, and of nothing else', async () => {
    const { proved, remove } = await openDesk()
    r2.proxy.add({ on: { kind: 'copy' }, fault: denied, nth: 2 })
    const { deleted, failed } = await remove()
    expect(deleted).toBe(2)
    expect(failed).toHaveLength(1)
    expect(await proved()).toEqual(failed.map(nameOf))
  })

  it('leaves every proof where nothing of it could be done', async () => {
    const { proved, remove } = await openDesk()
    r2.proxy.add({ on: { kind: 'copy' }, fault: denied, times: 3 })
    expect(await remove()).toMatchObject({ deleted: 0, undo: null })
    expect(await proved()).toEqual(['a.txt', 'b.txt', 'c.txt'])
  })

  it('says what its undo could not bring back, and brings the rest', async () => {
    const { engine, proved, remove } = await openDesk()
    const { undo } = await remove()
    expect(await proved()).toEqual([])
    r2.proxy.add({ on: { kind: 'copy' }, fault: denied, nth: 2 })
    const { restored, failed } = await engine.answers['bucket:restore']({ accountId, undo: undo ?? '' })
    expect(restored).toBe(2)
    expect(failed).toMatchObject([{ problem: { code: 'access-denied' } }])
    const missing = failed.map(nameOf)
    expect(await proved()).toEqual(['a.txt', 'b.txt', 'c.txt'].filter((name) => !missing.includes(name)))
  })
})
