import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it, onTestFinished } from 'vitest'
import type { Account } from '../../shared/model/account.ts'
import { ORIGINAL } from '../../shared/model/output.ts'
import { defaultSettings, engineSettings } from '../../shared/model/settings.ts'
import { createEngine } from '../engine.ts'

it('a template is tried on the files of the collection, with what is known of them', async () => {
  const home = mkdtempSync(join(tmpdir(), 'silverdrop-template-'))
  const bucket = join(home, 'bucket')
  const shoot = join(home, 'shoot')
  for (const path of [bucket, shoot]) mkdirSync(path)
  const engine = createEngine({ home, resumesAll: false })
  onTestFinished(async () => {
    await engine.close()
    rmSync(home, { recursive: true })
  })
  const create = { width: 32, height: 32, channels: 3, background: '#804020' } as const
  const exif = { IFD0: { Model: 'X-T5' }, IFD2: { DateTimeOriginal: '2019:03:04 05:06:07' } }
  writeFileSync(join(shoot, 'IMG_1.JPG'), await sharp({ create }).jpeg().withExif(exif).toBuffer())
  const account: Account = {
    id: 'here',
    kind: 'folder',
    name: 'Here',
    path: bucket,
    publicBaseUrl: null,
    prefix: 'site/'
  }
  const { newCollection } = defaultSettings
  const accounts = [{ account, secret: null }]
  await engine.private['engine:configure']({ accounts, defaultAccountId: 'here', ...engineSettings(defaultSettings) })
  const rules = { ...newCollection, outputs: [ORIGINAL], keyTemplate: '{name}.{ext}' }
  const collection = engine.push.collection(shoot, 'assets/', rules)
  const signal = AbortSignal.timeout(60_000)
  await engine.push.add(collection, [shoot], signal)
  await engine.settled(collection.id, signal)

  const attempt = (keyTemplate: string) =>
    engine.answers['collections:try-template']({ rules: { ...rules, keyTemplate }, collectionId: collection.id })
  expect(await attempt('{date:yyyy/MM}/{camera}-{seq:4}-{name}.{ext}')).toEqual({
    keys: ['site/assets/2019/03/X-T5-0001-IMG_1.JPG'],
    problem: null
  })
  const unknown = await attempt('{camrea}/{name}')
  expect(unknown).toMatchObject({ keys: [], problem: { code: 'template-invalid' } })
  expect(unknown.problem?.detail).toContain('did you mean {camera}?')
})
