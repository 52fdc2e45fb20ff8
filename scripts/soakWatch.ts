// node scripts/soakWatch.ts [--minutes 30] [--seed 1] [--settle-ms 2000]: does random things to a watched folder, and
// shows at the end that the bucket holds what is on the disk, and nothing that never was there whole. One JSON line.
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createEngine } from '../src/core/engine.ts'
import { createFolderStore } from '../src/core/store/folder/createFolderStore.ts'
import { defaultSettings, engineSettings } from '../src/shared/model/settings.ts'
import { Shoot } from './soak/Shoot.ts'

/** How long the engine may take, once nothing happens any more, to have everything in the bucket. */
const CATCH_UP_MS = 180_000

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    'settle-ms': { type: 'string', default: '2000' }
  }
})
const seed = Number(values.seed)
const settleMs = Number(values['settle-ms'])
const { signal } = new AbortController()

const home = await mkdtemp(join(tmpdir(), 'silverdrop-soak-'))
const bucketPath = join(home, 'bucket')
const root = join(home, 'shoot')
await mkdir(bucketPath)
await mkdir(root)
const store = createFolderStore({ path: bucketPath, publicBaseUrl: null })
const engine = createEngine({ home, resumesAll: true, settleMs })
try {
  await engine.private['engine:configure']({
    accounts: [
      {
        account: { id: 'here', kind: 'folder', name: 'Here', path: bucketPath, publicBaseUrl: null, prefix: '' },
        secret: null
      }
    ],
    defaultAccountId: 'here',
    ...engineSettings(defaultSettings),
    newCollection: {
      ...defaultSettings.newCollection,
      keyTemplate: '{folder}/{name}-{output}.{ext}',
      outputs: [{ kind: 'original', id: 'original' }],
      conflict: 'replace'
    }
  })
  const { id } = await engine.answers['collections:watch']({ path: root, name: null, accountId: 'here' })
  const shoot = new Shoot(root, seed, settleMs)
  const untilMs = performance.now() + Number(values.minutes) * 60_000
  while (performance.now() < untilMs) await shoot.act()
  await shoot.rest()

  const caughtUpMs = performance.now() + CATCH_UP_MS
  let faults = await compare(shoot)
  while (faults.length > 0 && performance.now() < caughtUpMs) {
    await pause(1_000)
    faults = await compare(shoot)
  }
  const totals = engine.totals(id)
  console.log(JSON.stringify({ seed, ...shoot.counts, totals, faults: faults.length }))
  for (const fault of faults.slice(0, 20)) console.error(fault)
  process.exitCode = faults.length > 0 ? 1 : 0
} finally {
  await engine.close()
  await rm(home, { recursive: true, force: true })
}

/** Looks at the bytes, not at what anyone says of them. @returns what is wrong, in words. */
async function compare(shoot: Shoot): Promise<ReadonlyArray<string>> {
  const faults: string[] = []
  const objects = new Map<string, string>()
  for (let after: string | null = null; ; ) {
    const page = await store.list({ prefix: '', delimiter: null, after, limit: 1_000 }, signal)
    for (const { key } of page.objects) objects.set(key, await digestOf(key))
    after = page.next
    if (after === null) break
  }
  for (const [key, sha256] of shoot.present) {
    const found = objects.get(key)
    if (found !== sha256)
      faults.push(`${key}: ${found === undefined ? 'is missing' : 'is another version than on the disk'}`)
  }
  for (const [key, sha256] of objects) {
    if (!shoot.versions.get(key)?.has(sha256)) faults.push(`${key}: holds what was never on the disk, whole`)
  }
  return faults
}

async function digestOf(key: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of await store.get(key, null, signal)) hash.update(chunk)
  return hash.digest('hex')
}
