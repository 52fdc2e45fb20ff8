// Cloudflare's R2 emulator as a process of its own. It lives as long as the IPC channel of whoever started it.
import type { ChildProcess } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { findMiniflare } from './findMiniflare.ts'
import { holdLock } from './holdLock.ts'
import { isAnswering, type LocalEndpoint, readEndpoint, writeEndpoint } from './LocalEndpoint.ts'

/** What `startLocalR2` hands over, as JSON in the first argument. */
const orderSchema = z.strictObject({
  folder: z.string(),
  buckets: z.array(z.string()),
  port: z.int().nullable(),
  lookMs: z.int().min(1)
})

/** What it hears. `taken`: another process serves this folder, or is about to. */
export type FromLocalR2 =
  | { readonly kind: 'ready'; readonly endpoint: LocalEndpoint }
  | { readonly kind: 'taken' }
  | { readonly kind: 'failed'; readonly message: string }

/** Less than `startLocalR2` waits for this process. Named before anything runs: the end may come during the start. */
const STOP_TIMEOUT_MS = 3_000

/** Looks in a row that the runtime may leave unanswered, a busy one too; then it is ended and started anew. */
const MOST_SILENT_LOOKS = 6

/**
 * On a machine of two cores V8 has one thread for background work. Where that thread waits for a garbage collection
 * while the main one sweeps and waits for it, the runtime spins for ever and answers nothing; without the thread it
 * cannot.
 */
const V8_FLAGS = '--single-threaded'

type Server = { readonly port: number; stop(): Promise<void> }

/** Of Cloudflare's runtime, which Miniflare starts, and starts anew after a crash at the same port. */
let workerdPid: number | null = null

subscribe('child_process', (message) => {
  if (!isChildProcess(message)) return
  message.process.once('spawn', () => {
    workerdPid = message.process.pid ?? null
  })
})

try {
  process.env['MINIFLARE_WORKERD_V8_FLAGS'] ??= V8_FLAGS
  const { folder, buckets, port, lookMs } = orderSchema.parse(JSON.parse(process.argv[2] ?? ''))
  await mkdir(folder, { recursive: true })
  if (holdLock(join(folder, 'lock.sqlite'))) await serve(folder, buckets, port, lookMs)
  else tell({ kind: 'taken' })
} catch (error) {
  tell({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
}

async function serve(
  folder: string,
  wanted: ReadonlyArray<string>,
  askedPort: number | null,
  lookMs: number
): Promise<void> {
  const known = await readEndpoint(folder)
  if (known) await endLeftover(known)
  const settings = {
    instance: randomUUID(),
    accessKeyId: known?.accessKeyId ?? randomBytes(16).toString('hex'),
    secretAccessKey: known?.secretAccessKey ?? randomBytes(32).toString('hex'),
    buckets: [...new Set([...(known?.buckets ?? []), ...wanted])].sort()
  }
  const port = askedPort ?? known?.port ?? 0
  // A port that someone else has taken meanwhile costs the old addresses, not the objects.
  const server = await startMiniflare(folder, settings, port).catch((error: unknown) => {
    if (port === 0) throw error
    return startMiniflare(folder, settings, 0)
  })
  endWith(server)
  const endpoint = { ...settings, port: server.port, workerdPid }
  await writeEndpoint(folder, endpoint)
  tell({ kind: 'ready', endpoint })
  await keepAnswering(folder, endpoint, lookMs)
}

async function startMiniflare(
  folder: string,
  { instance, buckets, accessKeyId, secretAccessKey }: Omit<LocalEndpoint, 'port' | 'workerdPid'>,
  port: number
): Promise<Server> {
  const { Log, LogLevel, Miniflare } = await importMiniflare()
  const miniflare = new Miniflare({
    modules: true,
    script: `export default { fetch() { return new Response(${JSON.stringify(instance)}) } }`,
    compatibilityDate: '2026-07-01',
    cf: false, // otherwise it asks Cloudflare about this computer's connection
    log: new Log(LogLevel.NONE),
    host: '127.0.0.1',
    port,
    r2Persist: join(folder, 'objects'),
    r2Buckets: Object.fromEntries(
      buckets.map((id, index) => [`BUCKET_${index}`, { id, s3Credentials: { accessKeyId, secretAccessKey } }])
    )
  })
  try {
    const url = await miniflare.ready
    return { port: Number(url.port), stop: () => miniflare.dispose() }
  } catch (error) {
    await miniflare.dispose().catch(() => {}) // the first error tells more
    throw error
  }
}

/** A runtime that is alive and answers no more would hold everyone's requests for ever: it is ended, and comes back. */
async function keepAnswering(folder: string, start: LocalEndpoint, lookMs: number): Promise<void> {
  let endpoint = start
  let silent = 0
  /** A runtime that is starting has time for it, however long that takes here. */
  let hasAnswered = true
  for (;;) {
    await sleep(lookMs, null, { ref: false })
    if (endpoint.workerdPid !== workerdPid) {
      const renewed = { ...endpoint, workerdPid }
      endpoint = await writeEndpoint(folder, renewed).then(
        () => renewed,
        () => endpoint // the disk may be full: the next look writes it
      )
    }
    const answers = await isAnswering(endpoint)
    hasAnswered ||= answers
    silent = answers ? 0 : silent + 1
    if (!hasAnswered || silent < MOST_SILENT_LOOKS || workerdPid === null) continue
    killIfAlive(workerdPid)
    hasAnswered = false
  }
}

/** By its path, so that no bundler takes it in: it finds its own workers and runtime by where it lies. */
async function importMiniflare(): Promise<typeof import('miniflare')> {
  const path = findMiniflare()
  if (path === null) throw new Error('The package "miniflare" is not installed')
  return import(/* @vite-ignore */ pathToFileURL(path).href)
}

/** Ends with the parent, and on request; where the runtime does not end in time, it is ended. */
function endWith(server: Server): void {
  const end = async () => {
    await Promise.race([server.stop().catch(() => {}), sleep(STOP_TIMEOUT_MS)])
    if (workerdPid !== null) killIfAlive(workerdPid)
    process.exit()
  }
  process.once('disconnect', end)
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
  if (!process.connected) void end() // the parent went while this process was starting
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended by itself
  }
}

/** A runtime whose own parent was killed still holds the port and the objects. It is ours if it answers as ours. */
async function endLeftover(known: LocalEndpoint): Promise<void> {
  if (known.workerdPid === null || !(await isAnswering(known))) return
  killIfAlive(known.workerdPid)
  while (await isAnswering(known)) await sleep(20)
}

/** What Node announces when it starts a process. */
function isChildProcess(message: unknown): message is { readonly process: ChildProcess } {
  return typeof message === 'object' && message !== null && 'process' in message
}

function tell(message: FromLocalR2): void {
  if (process.connected) process.send?.(message, undefined, {}, () => message.kind !== 'ready' && process.disconnect())
}
