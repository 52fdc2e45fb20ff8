import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine } from '../../core/engine.ts'
import { type LocalR2, startLocalR2 } from '../../core/store/local/startLocalR2.ts'
import type { Receipt } from '../../shared/model/receipt.ts'
import { defaultSettings, engineSettings } from '../../shared/model/settings.ts'

const entry = join(import.meta.dirname, '..', 'index.ts')
let folder: string
let localR2: LocalR2

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'silverdrop-verify-'))
  localR2 = await startLocalR2({ home: join(folder, 'r2'), buckets: ['photos'] })
})
afterAll(async () => {
  await localR2.close()
  rmSync(folder, { recursive: true, force: true })
})

type Ran = { readonly status: number | null; readonly out: string; readonly err: string; readonly receipts: Receipt[] }

/** The terminal command, with a home of its own for each test. */
async function silverdrop(home: string, args: string[], env: Record<string, string | undefined> = {}): Promise<Ran> {
  const own = {
    PATH: process.env['PATH'],
    HOME: folder,
    SILVERDROP_HOME: join(folder, 'homes', home),
    R2_ENDPOINT: localR2.endpoint,
    R2_ACCESS_KEY_ID: localR2.accessKeyId,
    R2_SECRET_ACCESS_KEY: localR2.secretAccessKey,
    R2_BUCKET_NAME: 'photos',
    ...env
  }
  const child = spawn(process.execPath, [entry, ...args], { env: own, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const [status] = (await once(child, 'close')) as [number | null]
  const isResult = args.includes('--json') && status !== 2
  return { status, out, err, receipts: isResult ? JSON.parse(out.trim().split('\n').at(-1) ?? '').receipts : [] }
}

/** A folder of three files, pushed under its own name. */
async function pushed(name: string): Promise<string> {
  const shoot = join(folder, name)
  mkdirSync(join(shoot, 'deep'), { recursive: true })
  for (const file of ['a.txt', 'b, "c".txt', 'deep/d.txt']) writeFileSync(join(shoot, file), `${name} ${file}`)
  const { status, err } = await silverdrop(name, ['push', shoot, '--mirror', '--prefix', name])
  expect(err).toContain('3 sent')
  expect(status).toBe(0)
  return shoot
}

// Some need ten processes one after the other.
describe('silverdrop verify', { timeout: 180_000 }, () => {
  it('ends with 0 and the sentence where everything is there, by folder, name, id or link', async () => {
    const shoot = await pushed('whole')
    const byFolder = await silverdrop('whole', ['verify', shoot, '--json'])
    expect(byFolder.status).toBe(0)
    expect(byFolder.receipts).toMatchObject([{ frames: 3, proved: 3, isSafe: true, reproved: { objects: 3 } }])
    const byName = await silverdrop('whole', ['verify', 'whole'])
    expect(byName.out).toContain('whole: 3 of 3 frames proved in the bucket; safe to format the card.')
    expect(byName.out).toContain('Objects looked at in photos just now: 3.')
    const byId = await silverdrop('whole', ['verify', byFolder.receipts[0]?.collectionId ?? '', '--quick', '--json'])
    expect(byId).toMatchObject({ status: 0, receipts: [{ proved: 3, reproved: null }] })
    symlinkSync(shoot, join(folder, 'link to it'))
    const byLink = await silverdrop('whole', ['verify', join(folder, 'link to it', 'deep'), '--json'])
    expect(byLink).toMatchObject({ status: 0, receipts: [{ frames: 1, proved: 1, isSafe: true }] })
  })

  it('ends with 1 and the names where something lacks; a part of the folder is judged by itself', async () => {
    const shoot = await pushed('lacking')
    await silverdrop('another home', ['rm', 'lacking/a.txt', '--yes'])
    writeFileSync(join(shoot, 'deep', 'new\nline.txt'), 'was never sent')
    const ran = await silverdrop('lacking', ['verify', shoot])
    expect(ran.status).toBe(1)
    expect(ran.out).toContain('lacking: 2 of 4 frames proved in the bucket; do not format the card yet.')
    expect(ran.out).toContain(`${join(shoot, 'a.txt')}: it was there, and is no longer in the bucket (original)`)
    expect(ran.out).toContain('new\ufffdline.txt: it is on disk and was never taken')
    const part = await silverdrop('lacking', ['verify', join(shoot, 'deep'), '--json'])
    expect(part).toMatchObject({ status: 1, receipts: [{ frames: 2, proved: 1 }] })
    expect(part.receipts[0]?.lacks.map(({ reason }) => reason)).toEqual(['not-taken'])
    rmSync(join(shoot, 'deep', 'new\nline.txt'))
    expect((await silverdrop('lacking', ['verify', shoot, '--quick'])).status).toBe(0)
    // It was only looked at: what is sent again is another command's business.
    expect((await silverdrop('lacking', ['status', '--json'])).out).toContain('"done":3')
  })

  it('ends with 1 where the folder is not there to be compared, and where the bucket cannot be asked', async () => {
    const shoot = await pushed('away')
    const offline = await silverdrop('away', ['verify', shoot, '--json'], { R2_SECRET_ACCESS_KEY: 'f'.repeat(64) })
    expect(offline.status).toBe(1)
    expect(offline.receipts[0]?.lacks.map(({ reason }) => reason)).toEqual(['unknown', 'unknown', 'unknown'])
    rmSync(shoot, { recursive: true })
    const gone = await silverdrop('away', ['verify', shoot])
    expect(gone.status).toBe(1)
    expect(gone.out).toContain('3 of 3 frames proved in the bucket. The folder is empty or not connected')
  })

  it('saves the receipt as JSON and as CSV', async () => {
    const shoot = await pushed('saved')
    const json = join(folder, 'receipt.json')
    const csv = join(folder, 'receipt.CSV')
    expect((await silverdrop('saved', ['verify', shoot, '--save', json])).status).toBe(0)
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ format: 'silverdrop-receipt', isSafe: true })
    expect((await silverdrop('saved', ['verify', shoot, '--quick', '--save', csv])).status).toBe(0)
    expect(readFileSync(csv, 'utf8')).toContain('b, ""c"".txt"')
    expect((await silverdrop('saved', ['verify', shoot, '--save', join(folder, 'no', 'such', 'r.csv')])).status).toBe(2)
    expect((await silverdrop('saved', ['verify', shoot, '--save', 'receipt.pdf'])).status).toBe(2)
  })

  it('ends with 2 where there is no such collection, or the name may mean several', async () => {
    await pushed('one/twin')
    const shoot = join(folder, 'other', 'twin')
    mkdirSync(shoot, { recursive: true })
    writeFileSync(join(shoot, 'e.txt'), 'e')
    await silverdrop('one/twin', ['push', shoot, '--mirror', '--prefix', 'other'])
    const ran = await silverdrop('one/twin', ['verify', 'twin'])
    expect(ran.status).toBe(2)
    expect(ran.err).toContain(shoot)
    expect((await silverdrop('one/twin', ['verify', shoot])).status).toBe(0)
    expect((await silverdrop('one/twin', ['verify', join(folder, 'nowhere')])).status).toBe(2)
    expect((await silverdrop('one/twin', ['verify'])).status).toBe(2)
  })

  it('works while another Silverdrop works on the same collection', async () => {
    const shoot = await pushed('busy')
    const engine = createEngine({ home: join(folder, 'homes', 'busy'), resumesAll: true })
    try {
      await engine.private['engine:configure']({
        accounts: [],
        defaultAccountId: null,
        ...engineSettings(defaultSettings)
      })
      await expect(silverdrop('busy', ['push', shoot, '--mirror', '--prefix', 'busy'])).resolves.toMatchObject({
        status: 1
      })
      expect((await silverdrop('busy', ['verify', shoot, '--json'])).receipts).toMatchObject([
        { proved: 3, isSafe: true }
      ])
    } finally {
      await engine.close()
    }
  })
})
