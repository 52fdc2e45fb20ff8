import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it, onTestFinished } from 'vitest'
import type { Account } from '../../shared/model/account.ts'
import { ORIGINAL, WEB } from '../../shared/model/output.ts'
import { defaultSettings, engineSettings } from '../../shared/model/settings.ts'
import { createEngine } from '../engine.ts'

/** A folder account with one frame of 900 × 600 in it, as original, two WebP and one AVIF. */
async function openSent() {
  const home = mkdtempSync(join(tmpdir(), 'silverdrop-links-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const [bucket, shoot] = [join(home, 'bucket'), join(home, 'shoot')]
  mkdirSync(bucket)
  mkdirSync(shoot)
  const account: Account = {
    id: 'here',
    kind: 'folder',
    name: 'Here',
    path: bucket,
    publicBaseUrl: 'https://p.example',
    prefix: ''
  }
  const outputs = [
    ORIGINAL,
    { ...WEB, id: 'w300', longEdgePx: 300 },
    { ...WEB, id: 'w1200', longEdgePx: 1200 },
    { ...WEB, id: 'w300-avif', longEdgePx: 300, format: 'avif' as const }
  ]
  const engine = createEngine({ home, resumesAll: true })
  onTestFinished(() => engine.close())
  await engine.private['engine:configure']({
    accounts: [{ account, secret: null }],
    defaultAccountId: 'here',
    ...engineSettings(defaultSettings),
    newCollection: { ...defaultSettings.newCollection, outputs, keyTemplate: '{name}-{output}.{ext}' }
  })
  const picture = sharp({ create: { width: 900, height: 600, channels: 3, background: '#357' } })
  writeFileSync(join(shoot, 'Zoë & Max.jpg'), await picture.jpeg().toBuffer())
  const { collectionId } = await engine.answers['queue:add']({ paths: [shoot], collectionId: null })
  await engine.settled(collectionId, AbortSignal.timeout(60_000))
  return { engine, collectionId }
}

it('makes a <picture> of what was really made of a frame, in the queue and by keys', async () => {
  const { engine, collectionId } = await openSent()
  const base = 'https://p.example/Zo%C3%AB%20%26%20Max'
  const picture =
    `<picture><source type="image/avif" srcset="${base}-w300-avif.avif 300w" sizes="100vw">` +
    `<source type="image/webp" srcset="${base}-w300.webp 300w, ${base}-w1200.webp 900w" sizes="100vw">` +
    `<img src="${base}-w1200.webp" width="900" height="600" alt="`
  const link = { kind: 'public' } as const
  const made = await engine.answers['links:make']({
    select: { collectionId, filter: 'all' },
    outputId: null,
    link,
    format: 'picture'
  })
  expect(made.text).toBe(`${picture}Zoë &amp; Max.jpg"></picture>`)
  expect(made.links).toHaveLength(4)

  const keys = made.links.map(({ key }) => key)
  const byKeys = await engine.answers['bucket:links']({ accountId: 'here', keys, link, format: 'picture' })
  expect(byKeys.text).toBe(`${picture}Zoë &amp; Max-original.jpg"></picture>`)
  const unknown = ['other.webp']
  expect(
    (await engine.answers['bucket:links']({ accountId: 'here', keys: unknown, link, format: 'picture' })).text
  ).toBe('<img src="https://p.example/other.webp" alt="other.webp">')
})
