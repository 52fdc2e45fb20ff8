import { hash } from 'node:crypto'
import { existsSync, rmSync, watch, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import type { FrameView } from '../../../shared/model/frame.ts'
import { CatalogDroppedOrphans } from '../../catalog/CatalogDroppedOrphans.ts'
import { CatalogUploads } from '../../catalog/CatalogUploads.ts'
import { openCatalog } from '../../catalog/openCatalog.ts'
import { systemClock } from '../../files/Clock.ts'
import { Janitor } from '../../transfer/Janitor.ts'
import type { AskedPart } from './CountingLine.ts'
import { EngineChild } from './EngineChild.ts'
import { BUCKET, type KillRig } from './KillRig.ts'
import { type KillMoment, planKills } from './killPlan.ts'
import type { SeededRandom } from './seededRandom.ts'

/** What a run found. `faults` is empty where every promise was kept. */
export type KillReport = {
  readonly seed: number
  /** Kills whose moment came before the work was done. */
  readonly kills: number
  readonly files: number
  readonly objects: number
  /** Parts that the catalog knew as acknowledged when an engine was killed. */
  readonly acknowledgedParts: number
  readonly faults: ReadonlyArray<string>
}

/** Generous: a run takes seconds, and a slow machine is no fault. */
const FINISH_WITHIN_MS = 60_000
const LOOK_EVERY_MS = 20
/** The janitor leaves an opening alone until its request can no longer be under way. */
const OPENINGS_OVERDUE_MS = 30 * 60_000

/**
 * One run: drops a folder of small files, files of several parts and pictures, kills the engine at the moments that
 * the seed chose, starts it again each time, lets the last one finish, and looks at what is in the bucket.
 */
export async function runKills(rig: KillRig, seed: number): Promise<KillReport> {
  const plan = planKills(seed)
  const prefix = `run-${seed}/`
  const { home, shoot } = rig.newPlace(`run-${seed}`)
  const sources = new Map<string, Buffer>()
  for (const { name, kind, sizeBytes } of plan.files) {
    const bytes = kind === 'bytes' ? plan.random.bytes(sizeBytes) : await picture(plan.random)
    sources.set(name, bytes)
    writeFileSync(join(shoot, name), bytes)
  }
  const config = rig.config(prefix)
  const ledger: Array<AskedPart & { readonly askedBefore: number }> = []
  const faults: string[] = []
  let isTaken = false
  let kills = 0
  const drop = async (engine: EngineChild) => {
    if (isTaken) return // the person dropped the folder once, and saw that it was taken
    await engine.call('queue:add', { paths: [shoot], collectionId: null })
    isTaken = true
  }
  for (const moment of plan.kills) {
    const engine = new EngineChild(home)
    const strike = arm(moment, engine, rig, home)
    const work = engine.firstMessage.then(() => engine.ask('engine:configure', config)).then(() => drop(engine))
    const fault = await Promise.race([work.then(() => finished(engine, sources.size)), engine.exit]).then(
      () => null,
      (error: unknown) => (engine.isAlive && !strike.hasStruck ? `not finished: ${String(error)}` : null) // else it was killed
    )
    strike.disarm()
    if (strike.hasStruck) kills += 1
    if (fault !== null) faults.push(`${fault}; ${await describeFrames(engine)}`)
    await engine.kill()
    if (faults.length > 0) return { seed, kills, files: sources.size, objects: 0, acknowledgedParts: 0, faults }
    ledger.push(...acknowledged(home).map((part) => ({ ...part, askedBefore: rig.line.askedParts.length })))
  }

  const last = await EngineChild.start(home, config)
  await drop(last)
  try {
    await finished(last, sources.size)
  } catch (error) {
    faults.push(`not finished: ${String(error)}; ${await describeFrames(last)}`)
  }
  const { frames } = await last.call('queue:page', { collectionId: null, filter: 'all', offset: 0, limit: 100 })
  faults.push(...(await faultsOfBucket(rig, prefix, frames, sources)))
  for (const { uploadId, number, askedBefore } of ledger) {
    const isAgain = rig.line.askedParts
      .slice(askedBefore)
      .some((asked) => asked.uploadId === uploadId && asked.number === number)
    if (isAgain) faults.push(`part ${number} of ${uploadId} was acknowledged in the catalog and sent again`)
  }
  const exitCode = await last.leave()
  if (exitCode !== 0) faults.push(`the engine left with ${exitCode}`)
  faults.push(...(await faultsOfJanitor(rig, home, prefix)))

  const { objects } = await rig.store.list({ prefix, delimiter: null, after: null, limit: 1000 }, notStopped)
  await rig.store.delete(
    objects.map(({ key }) => key),
    notStopped
  )
  if (faults.length === 0) rmSync(dirname(home), { recursive: true, force: true })
  return { seed, kills, files: sources.size, objects: objects.length, acknowledgedParts: ledger.length, faults }
}

const { signal: notStopped } = new AbortController()

/** A small photograph, with an edge that is no multiple of anything. */
async function picture(random: SeededRandom): Promise<Buffer> {
  const background = { r: random.between(0, 255), g: random.between(0, 255), b: 90 }
  return sharp({ create: { width: 641, height: 479, channels: 3, background } })
    .jpeg()
    .toBuffer()
}

type Strike = { readonly hasStruck: boolean; disarm(): void }

/** Kills the engine when its moment has come, unless it is disarmed before. */
function arm({ after, nth, delayMs }: KillMoment, engine: EngineChild, rig: KillRig, home: string): Strike {
  let seen = 0
  let hasStruck = false
  let timer: NodeJS.Timeout | null = null
  const strike = () => {
    hasStruck = true
    engine.child.kill('SIGKILL')
  }
  const count = () => {
    seen += 1
    if (seen !== nth) return
    if (delayMs === 0) strike()
    else timer = setTimeout(strike, delayMs)
  }
  const stop = listen()
  return {
    get hasStruck() {
      return hasStruck
    },
    disarm: () => {
      stop()
      if (timer) clearTimeout(timer)
    }
  }

  function listen(): () => void {
    switch (after.what) {
      case 'start':
        count()
        return () => {}
      case 'catalog-write': {
        const watcher = watch(home, (_, name) => {
          if (name === 'catalog.sqlite-wal') count()
        })
        return () => watcher.close()
      }
      case 'request':
        return rig.line.onMoment((kind, moment) => {
          if (kind === after.kind && moment === after.moment) count()
        })
    }
  }
}

/** Parts that the catalog says the store has acknowledged, of uploads it still goes on with. */
function acknowledged(home: string): ReadonlyArray<AskedPart> {
  const path = join(home, 'catalog.sqlite')
  if (!existsSync(path)) return []
  const catalog = new DatabaseSync(path)
  try {
    if (!catalog.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'parts'").get()) return []
    return catalog
      .prepare(
        `SELECT parts.number, uploads.state ->> '$.multipart.uploadId' AS upload_id FROM parts
         JOIN uploads ON uploads.id = parts.upload_id WHERE uploads.state ->> '$.multipart.uploadId' IS NOT NULL`
      )
      .all()
      .map((row) => ({ uploadId: String(row['upload_id']), number: Number(row['number']) }))
  } finally {
    catalog.close()
  }
}

async function finished(engine: EngineChild, frames: number): Promise<void> {
  const deadlineMs = Date.now() + FINISH_WITHIN_MS
  for (;;) {
    const totals = await engine.call('queue:totals', { collectionId: null })
    if (totals.done === frames) return
    if (Date.now() > deadlineMs) throw new Error(`after ${FINISH_WITHIN_MS} ms: ${JSON.stringify(totals)}`)
    await sleep(LOOK_EVERY_MS)
  }
}

async function describeFrames(engine: EngineChild): Promise<string> {
  const { frames } = await engine.call('queue:page', { collectionId: null, filter: 'all', offset: 0, limit: 100 })
  const open = frames.filter(({ status }) => status !== 'done')
  return open
    .map(({ name, status, uploads }) => `${name} ${status}: ${uploads.map((one) => JSON.stringify(one)).join(', ')}`)
    .join('; ')
}

/** Whether each source is in the bucket under one key of its own, byte by byte, and nothing else is. */
async function faultsOfBucket(
  rig: KillRig,
  prefix: string,
  frames: ReadonlyArray<FrameView>,
  sources: ReadonlyMap<string, Buffer>
): Promise<ReadonlyArray<string>> {
  const faults: string[] = []
  const expected = new Map<string, string>()
  const names = frames.map(({ name }) => name)
  for (const name of sources.keys()) if (!names.includes(name)) faults.push(`lost: ${name}`)
  if (names.length > sources.size) faults.push(`taken twice: ${names.join(', ')}`)
  for (const { name, uploads } of frames) {
    const outputs = name.endsWith('.jpg') ? ['original', 'web'] : ['original']
    if (uploads.map(({ outputId }) => outputId).join() !== outputs.join()) faults.push(`outputs of ${name} differ`)
    for (const { key, outputId, proof } of uploads) {
      if (key === null || !proof) {
        faults.push(`not proved: ${name} ${outputId}`)
        continue
      }
      const source = sources.get(name)
      const isSource = outputId === 'original' && source !== undefined
      expected.set(key, isSource ? sha256(source) : proof.sha256)
      const stem = name.slice(0, name.lastIndexOf('.'))
      if (!key.startsWith(`${prefix}${stem}-${outputId}.`)) faults.push(`a second key: ${key}`)
    }
  }
  const listed = await rig.store.list({ prefix, delimiter: null, after: null, limit: 1000 }, notStopped)
  for (const { key } of listed.objects) if (!expected.has(key)) faults.push(`duplicate or stranger: ${key}`)
  for (const [key, digest] of expected) {
    const answer = await fetch(rig.urlOf(key))
    const bytes = new Uint8Array(await answer.arrayBuffer())
    if (!answer.ok) faults.push(`not in the bucket: ${key}`)
    else if (sha256(bytes) !== digest) faults.push(`differing bytes: ${key}`)
  }
  return faults
}

/** After the janitor's turn the store holds no unfinished upload, also of those whose opening was never answered. */
async function faultsOfJanitor(rig: KillRig, home: string, prefix: string): Promise<ReadonlyArray<string>> {
  if (rig.line.unfinished(prefix).length === 0) return []
  const db = openCatalog(join(home, 'catalog.sqlite'))
  try {
    const janitor = new Janitor({
      uploads: new CatalogUploads(db),
      dropped: new CatalogDroppedOrphans(db),
      storeOf: async () => rig.lineStore,
      bucketOf: () => BUCKET,
      clock: { ...systemClock, now: () => Date.now() + OPENINGS_OVERDUE_MS }
    })
    await janitor.sweep()
    await janitor.close()
  } finally {
    db.close()
  }
  return rig.line.unfinished(prefix).map((uploadId) => `an orphan is left: ${uploadId}`)
}

function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex')
}
