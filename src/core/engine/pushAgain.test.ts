import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Account } from '../../shared/model/account.ts'
import { ORIGINAL } from '../../shared/model/output.ts'
import { defaultSettings, engineSettings } from '../../shared/model/settings.ts'
import { createEngine, type Engine } from '../engine.ts'

const rules = { ...defaultSettings.newCollection, keyTemplate: '{name}.{ext}', outputs: [ORIGINAL] }

/** An engine on a folder account, and a folder of pictures to push. */
async function openDesk(files: number) {
  const home = mkdtempSync(join(tmpdir(), 'silverdrop-push-again-'))
  const bucket = join(home, 'bucket')
  const shoot = join(home, 'shoot')
  for (const path of [bucket, shoot]) mkdirSync(path)
  for (let n = 0; n < files; n += 1) writeFileSync(join(shoot, `${n}.txt`), `picture ${n}`)
  const engine = createEngine({ home, resumesAll: false })
  onTestFinished(async () => {
    await engine.close()
    rmSync(home, { recursive: true })
  })
  const account: Account = { id: 'here', kind: 'folder', name: 'Here', path: bucket, publicBaseUrl: null, prefix: '' }
  const accounts = [{ account, secret: null }]
  await engine.private['engine:configure']({ accounts, defaultAccountId: 'here', ...engineSettings(defaultSettings) })
  return { engine, bucket, shoot }
}

async function push(engine: Engine, shoot: string) {
  const collection = engine.push.collection(shoot, '', rules)
  const signal = AbortSignal.timeout(30_000)
  const { paths } = await engine.push.add(collection, [shoot], signal)
  await engine.settled(collection.id, signal)
  return engine.push.rows(collection, paths)
}

const objects = (bucket: string) => readdirSync(bucket).filter((name) => name.endsWith('.txt'))

it('a push sends again what is no longer in the bucket, and reads nothing of what is', async () => {
  const { engine, bucket, shoot } = await openDesk(20)
  const first = await push(engine, shoot)
  expect(first.every(({ status }) => status === 'done')).toBe(true)
  const provedAtMs = new Map(first.map(({ name, uploads }) => [name, uploads[0]?.proof?.provedAtMs]))

  rmSync(join(bucket, '7.txt'))
  for (let n = 0; n < 20; n += 1) if (n !== 7) chmodSync(join(shoot, `${n}.txt`), 0o000)
  const second = await push(engine, shoot)
  expect(second.every(({ status }) => status === 'done')).toBe(true)
  expect(objects(bucket)).toHaveLength(20)
  const renewed = second.filter(({ name, uploads }) => uploads[0]?.proof?.provedAtMs !== provedAtMs.get(name))
  expect(renewed.map(({ name }) => name)).toEqual(['7.txt'])
})

it('a push meets what stands in place of an object by the rule of its collection', async () => {
  const { engine, bucket, shoot } = await openDesk(3)
  await push(engine, shoot)
  rmSync(join(bucket, '1.txt'))
  writeFileSync(join(bucket, '1.txt'), 'somebody else')
  const rows = await push(engine, shoot)
  expect(rows.map(({ uploads }) => uploads[0]?.key)).toEqual(['0.txt', '1-2.txt', '2.txt'])
  expect(objects(bucket).toSorted()).toEqual(['0.txt', '1-2.txt', '1.txt', '2.txt'])
})

it('a push sends again what a person deleted, and what could not be read before', async () => {
  const { engine, bucket, shoot } = await openDesk(3)
  await push(engine, shoot)
  await engine.answers['bucket:delete']({ accountId: 'here', keys: ['1.txt'], folders: [] })
  expect(objects(bucket)).toHaveLength(2)
  writeFileSync(join(shoot, 'empty.txt'), '')
  const second = await push(engine, shoot)
  expect(objects(bucket)).toHaveLength(3)
  expect(second.find(({ name }) => name === 'empty.txt')?.problem?.code).toBe('file-empty')
  expect(second.filter(({ status }) => status === 'done')).toHaveLength(3)
})
