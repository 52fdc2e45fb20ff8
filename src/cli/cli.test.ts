import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalR2, startLocalR2 } from '../core/store/local/startLocalR2.ts'
import { defaultSettings } from '../shared/model/settings.ts'

const entry = join(import.meta.dirname, 'index.ts')
let folder: string
let shoot: string
let localR2: LocalR2

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'silverdrop-cli-'))
  shoot = join(folder, 'shoot')
  mkdirSync(shoot)
  for (const [name, red] of [
    ['a b.jpg', 200],
    ['ü.jpg', 90]
  ] as const) {
    const create = { width: 320, height: 200, channels: 3, background: { r: red, g: 10, b: 10 } } as const
    writeFileSync(join(shoot, name), await sharp({ create }).jpeg().toBuffer())
  }
  localR2 = await startLocalR2({ home: join(folder, 'r2'), buckets: ['photos'] })
})
afterAll(async () => {
  await localR2.close()
  rmSync(folder, { recursive: true, force: true })
})

type Ran = { readonly status: number | null; readonly out: string; readonly err: string; readonly json: unknown }

/** The terminal command, with an environment of its own. */
async function silverdrop(args: string[], env: Record<string, string | undefined> = {}, stopAt?: RegExp): Promise<Ran> {
  const own = {
    PATH: process.env['PATH'],
    HOME: folder,
    SILVERDROP_HOME: join(folder, 'home'),
    R2_ENDPOINT: localR2.endpoint,
    R2_ACCESS_KEY_ID: localR2.accessKeyId,
    R2_SECRET_ACCESS_KEY: localR2.secretAccessKey,
    R2_BUCKET_NAME: 'photos',
    R2_PUBLIC_BASE_URL: `${localR2.publicOrigin}/photos`,
    ...env
  }
  const child = spawn(process.execPath, [entry, ...args], { env: own, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    if (stopAt?.test(out)) child.kill('SIGINT')
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
    if (stopAt?.test(err)) child.kill('SIGINT')
  })
  const [status] = (await once(child, 'close')) as [number | null]
  return {
    status,
    out,
    err,
    json: args.includes('--json') ? JSON.parse(out.trim().split('\n').at(-1) || 'null') : null
  }
}

describe('silverdrop push', () => {
  it('sends a folder and ends with the summary that was promised; again it sends nothing', async () => {
    const first = await silverdrop(['push', shoot, '--json'])
    expect(first.err).toContain('4 sent')
    expect(first.status).toBe(0)
    expect(first.json).toMatchObject({ files: 2, outputs: 4, uploaded: 4, skipped: 0, failed: 0 })
    const { objects } = first.json as { objects: Array<Record<string, unknown>> }
    expect(Object.keys(objects[0] ?? {})).toEqual(['source', 'key', 'size', 'etag', 'sha256', 'output', 'link'])
    for (const { link, size } of objects) {
      const response = await fetch(String(link))
      expect((await response.arrayBuffer()).byteLength).toBe(size)
    }
    const second = await silverdrop(['push', shoot, '--json'])
    expect(second.json).toMatchObject({ files: 2, outputs: 4, uploaded: 0, skipped: 4, failed: 0, bytes: 0 })
  })

  it('finds everything there with a new catalog, as a build machine has it', async () => {
    const again = await silverdrop(['push', shoot, '--json'], { SILVERDROP_HOME: join(folder, 'other-home') })
    expect(again.json).toMatchObject({ uploaded: 0, skipped: 4, failed: 0 })
  })

  it('mirrors a folder under a prefix, names without an extension included', async () => {
    const site = join(folder, 'site')
    cpSync(shoot, site, { recursive: true })
    writeFileSync(join(site, 'CNAME'), 'photos.example.com')
    const ran = await silverdrop([
      'push',
      site,
      '--mirror',
      '--prefix',
      'assets/',
      '--cache-control',
      'max-age=60',
      '--json'
    ])
    const { objects } = ran.json as { objects: Array<{ key: string; link: string }> }
    expect(objects.map(({ key }) => key)).toEqual(['assets/a b.jpg', 'assets/CNAME', 'assets/ü.jpg'])
    const response = await fetch(objects[0]?.link ?? '', { method: 'HEAD' })
    expect(response.headers.get('cache-control')).toBe('max-age=60')
  })

  it('ends with 1 and the reason where a file cannot be sent, and sends the others', async () => {
    const mixed = join(folder, 'mixed')
    mkdirSync(mixed)
    writeFileSync(join(mixed, 'empty.jpg'), '')
    writeFileSync(join(mixed, 'notes.txt'), 'good')
    const ran = await silverdrop(['push', mixed, '--json'])
    expect(ran.status).toBe(1)
    expect(ran.json).toMatchObject({ files: 2, uploaded: 1, failed: 1 })
    expect(ran.err).toContain('empty.jpg: The file has no content')
  })

  it('ends with 1 where the secret is wrong, without sending or saying it', async () => {
    const ran = await silverdrop(['push', shoot, '--prefix', 'x'], { R2_SECRET_ACCESS_KEY: 'f'.repeat(64) })
    expect(ran.status).toBe(1)
    expect(ran.err).toContain('secret')
    expect(ran.err).not.toContain('f'.repeat(64))
  })
})

describe('silverdrop ls, share, rm, status', () => {
  it('list, link, delete and bring back what is there', async () => {
    await silverdrop(['push', shoot, '--mirror', '--prefix', 'desk'])
    const listed = await silverdrop(['ls', 'desk/', '--json'])
    expect(listed.json).toMatchObject({ count: 2, folders: [] })
    const shared = await silverdrop(['share', 'desk/a b.jpg', '--expires', '1h', '--json'])
    const { links } = shared.json as { links: Array<{ url: string; expires: string }> }
    expect((await fetch(links[0]?.url ?? '')).status).toBe(200)
    expect(Date.parse(links[0]?.expires ?? '') - Date.now()).toBeGreaterThan(3_500_000)
    const missing = await silverdrop(['share', 'desk/nothing.jpg', '--json'])
    expect(missing.status).toBe(1)

    const unasked = await silverdrop(['rm', 'desk/'])
    expect(unasked).toMatchObject({ status: 2 })
    const removed = await silverdrop(['rm', 'desk/', '--yes', '--json'])
    expect(removed.json).toMatchObject({ deleted: 2 })
    expect((await silverdrop(['ls', 'desk/', '--json'])).json).toMatchObject({ count: 0 })
    const { undo } = removed.json as { undo: string }
    expect((await silverdrop(['rm', '--undo', undo, '--json'])).json).toMatchObject({ restored: 2 })
    expect((await silverdrop(['status', '--json'])).json).toMatchObject({ account: 'From the environment' })
  })
})

describe('rules on the command line', () => {
  it('leave out what they say, of a push and of its second run', async () => {
    const home = { SILVERDROP_HOME: join(folder, 'rules-home') }
    const args = ['push', shoot, '--mirror', '--prefix', 'rules', '--json']
    const first = await silverdrop([...args, '--exclude', 'a*', '--exclude', '*.png', '--kinds', 'photo'], home)
    expect(first.json).toMatchObject({ files: 2, uploaded: 1, failed: 0 })
    expect((await silverdrop(['ls', 'rules/', '--json'], home)).json).toMatchObject({ count: 1 })
    const { json } = await silverdrop(['status', '--json'], home)
    expect(json).toMatchObject({ frames: 1, done: 1, collections: [{ frames: 1, leftOut: 1 }] })
    expect((await silverdrop([...args, '--include', '*.jpg'], home)).json).toMatchObject({ uploaded: 1 })
  })

  it('hold for a watched folder from then on, and what they leave out is told', async () => {
    const home = { SILVERDROP_HOME: join(folder, 'watch-rules-home') }
    const args = ['watch', shoot, '--exclude', 'a*', '--min-rating', '1']
    const ran = await silverdrop(args, home, /a b\.jpg:[\s\S]*ü\.jpg:|ü\.jpg:[\s\S]*a b\.jpg:/)
    expect(ran.status).toBe(0)
    expect(ran.out).toMatch(/a b\.jpg: Left out by the pattern a\*\./)
    expect(ran.out).toMatch(/ü\.jpg: Not rated/)
  })

  it('are named where they cannot be', async () => {
    for (const [option, value] of [
      ['--min-rating', '9'],
      ['--kinds', 'photo,poem'],
      ['--include', '/']
    ] as const) {
      const ran = await silverdrop(['push', shoot, option, value])
      expect(ran.status).toBe(2)
      expect(ran.err).toContain(`${option}: `)
    }
  })

  it('are looked at before a collection is made', async () => {
    const home = { SILVERDROP_HOME: join(folder, 'no-rules-home') }
    const ran = await silverdrop(['watch', shoot, '--min-rating', '9'], home)
    expect(ran.status).toBe(2)
    expect(ran.err).toContain('--min-rating: ')
    const db = new DatabaseSync(join(home.SILVERDROP_HOME, 'catalog.sqlite'))
    expect(db.prepare('SELECT name FROM collections').all()).toEqual([])
    db.close()
  })
})

describe('silverdrop watch', () => {
  it('sends what is in the folder until it is stopped', async () => {
    const ran = await silverdrop(
      ['watch', shoot],
      { SILVERDROP_HOME: join(folder, 'watch-home') },
      /(proved[\s\S]*){2}/
    )
    expect(ran.status).toBe(0)
    expect(ran.out).toMatch(/in the bucket, proved/i)
  })
})

describe('silverdrop watch, of a folder that is not there', () => {
  it('says so and waits for it', async () => {
    const home = { SILVERDROP_HOME: join(folder, 'away-home') }
    const ran = await silverdrop(['watch', join(folder, 'nowhere')], home, /not connected/)
    expect(ran.status).toBe(0)
    expect(ran.err).toContain('The folder is not there')
  })
})

describe('used wrongly', () => {
  it('ends with 2 and says how it is used', async () => {
    expect(await silverdrop(['frobnicate'])).toMatchObject({ status: 2 })
    expect(await silverdrop(['push'])).toMatchObject({ status: 2 })
    const outputs = await silverdrop(['push', shoot, '--outputs', 'poster'])
    expect(outputs.status).toBe(2)
    expect(outputs.err).toContain('poster')
    expect(await silverdrop(['share', 'x', '--expires', '9w'])).toMatchObject({ status: 2 })
  })

  it('says what to set where there is no account', async () => {
    const none = {
      R2_ENDPOINT: undefined,
      R2_ACCESS_KEY_ID: undefined,
      R2_SECRET_ACCESS_KEY: undefined,
      R2_BUCKET_NAME: undefined
    }
    const ran = await silverdrop(['ls'], { ...none, SILVERDROP_HOME: join(folder, 'nowhere') })
    expect(ran.status).toBe(2)
    expect(ran.err).toContain('R2_ACCESS_KEY_ID')
  })

  it('takes the account of the app, with its secret from the environment', async () => {
    const home = join(folder, 'app-home')
    mkdirSync(home)
    const account = {
      id: 'studio',
      kind: 'r2',
      name: 'Studio',
      prefix: '',
      endpoint: localR2.endpoint,
      region: 'auto',
      bucket: 'photos',
      accessKeyId: localR2.accessKeyId,
      publicBaseUrl: null
    }
    writeFileSync(
      join(home, 'config.json'),
      JSON.stringify({ ...defaultSettings, accounts: [account], defaultAccountId: 'studio' })
    )
    const env = { SILVERDROP_HOME: home, SILVERDROP_SECRET_ACCESS_KEY: localR2.secretAccessKey }
    const ran = await silverdrop(['status', '--json', '--account', 'Studio'], env)
    expect(ran.json).toMatchObject({ account: 'Studio' })
    expect((await silverdrop(['ls', '--account', 'Studio', '--json'], env)).status).toBe(0)
    expect((await silverdrop(['ls', '--account', 'Nobody'], env)).status).toBe(2)
  })
})
