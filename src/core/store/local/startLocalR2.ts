import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../../shared/errors.ts'
import { entryPath } from '../../entryPath.ts'
import { findMiniflare } from './findMiniflare.ts'
import { isAnswering, type LocalEndpoint, localFolder, originOf, readEndpoint } from './LocalEndpoint.ts'
import type { FromLocalR2 } from './localR2Process.ts'

/** Cloudflare's own R2 emulator, running on this computer. */
export type LocalR2 = {
  /** For an S3 client: path style, region `auto`. */
  readonly endpoint: string
  /** Objects open at `<publicOrigin>/<bucket>/<key>` for everyone on this computer. */
  readonly publicOrigin: string
  /** Made up for this home; they open nothing else. */
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Ends it, if it was started here and not joined. May be called again. */
  close(): Promise<void>
}

type Options = {
  /** Silverdrop's home; objects are kept in `local-r2` below it. */
  readonly home: string
  /** Names of the buckets to serve. Those of earlier starts stay. */
  readonly buckets: ReadonlyArray<string>
  /** By default the one of the last time if it is free, otherwise any. */
  readonly port?: number
  /** How often it is looked whether the emulator still answers; one that is silent again and again is started anew. */
  readonly lookMs?: number
}

/** For a start, or for the start of another process of the same home. */
const START_TIMEOUT_MS = 30_000
const CLOSE_TIMEOUT_MS = 5_000
const LOOK_MS = 5_000

/** Whether `startLocalR2` can work here. */
export function hasLocalR2(): boolean {
  return findMiniflare() !== null
}

/**
 * Starts the local R2 of a home, or joins the one that another living process of that home has started.
 *
 * @throws AppError `not-supported` without the emulator; `bucket-missing` if the one that runs was started without one
 * of the buckets; `engine-stopped` if it does not start.
 */
export async function startLocalR2({ home, buckets, port, lookMs = LOOK_MS }: Options): Promise<LocalR2> {
  if (!hasLocalR2()) throw new AppError('not-supported', 'The local R2 needs the package "miniflare"')
  const folder = localFolder(home)
  const deadlineMs = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadlineMs) {
    const child = spawn(
      process.execPath,
      [entryPath('localR2'), JSON.stringify({ folder, buckets, port: port ?? null, lookMs })],
      {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        detached: process.platform !== 'win32' // a process group of its own, so that all of it can be ended
      }
    )
    const answer = await hear(child, deadlineMs - Date.now())
    if (answer.kind === 'ready') return toLocalR2(answer.endpoint, () => end(child))
    await end(child)
    if (answer.kind === 'failed') throw new AppError('engine-stopped', `The local R2 did not start: ${answer.message}`)
    const endpoint = await readEndpoint(folder)
    if (endpoint && (await isAnswering(endpoint))) {
      const missing = buckets.filter((bucket) => !endpoint.buckets.includes(bucket))
      if (missing.length > 0) throw new AppError('bucket-missing', `The local R2 runs without ${missing.join(', ')}`)
      return toLocalR2(endpoint, async () => {})
    }
    await sleep(100) // it is starting or ending: look again
  }
  throw new AppError('engine-stopped', `The local R2 did not start within ${START_TIMEOUT_MS} ms`)
}

function toLocalR2(endpoint: LocalEndpoint, close: () => Promise<void>): LocalR2 {
  const origin = originOf(endpoint)
  return {
    endpoint: `${origin}/cdn-cgi/local/r2/s3`,
    publicOrigin: `${origin}/cdn-cgi/local/r2/public`,
    accessKeyId: endpoint.accessKeyId,
    secretAccessKey: endpoint.secretAccessKey,
    close
  }
}

/** The child's first word, or its last ones where it ended without. */
function hear(child: ChildProcess, timeoutMs: number): Promise<FromLocalR2> {
  return new Promise((resolve) => {
    let words = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-4_000)
    })
    const timer = setTimeout(() => resolve({ kind: 'failed', message: `No answer. ${words}` }), timeoutMs)
    const settle = (answer: FromLocalR2) => {
      clearTimeout(timer)
      resolve(answer)
    }
    child.once('message', (message) => settle(message as FromLocalR2)) // our own process, of the same build
    child.once('error', (error) => settle({ kind: 'failed', message: error.message }))
    child.once('exit', (code, signal) => {
      settle({ kind: 'failed', message: `It ended with ${code ?? signal}. ${words}` })
      killGroup(child) // what a killed process leaves behind: Cloudflare's runtime
    })
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = once(child, 'exit')
  if (child.connected) child.disconnect()
  const timer = setTimeout(() => {
    if (!killGroup(child)) child.kill('SIGKILL')
  }, CLOSE_TIMEOUT_MS)
  await ended
  clearTimeout(timer)
}

/** @returns false where there are no process groups, or none is left. */
function killGroup({ pid }: ChildProcess): boolean {
  if (process.platform === 'win32' || pid === undefined) return false
  try {
    return process.kill(-pid, 'SIGKILL')
  } catch {
    return false // nothing is left of it
  }
}
