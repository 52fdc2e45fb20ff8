import { createHash, hash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { AppError } from '../../shared/errors.ts'
import { KiB, MiB } from '../../shared/units.ts'
import { entryPath } from '../entryPath.ts'
import type { SeenFrame } from '../files/readFrame.ts'
import { readWholeFrame } from '../files/readWholeFrame.ts'
import type { BodyDigests } from '../store/ObjectStore.ts'
import type { DigestAnswer, DigestTask } from './digestWorker.ts'

/** Below this, hashing costs less than asking a thread for it (some 40 µs there and back). */
const WORTH_A_THREAD_BYTES = 32 * KiB

/** More than most machines need for hashing: a thread that waits for a slow disk must not hold up the others. */
const MOST_THREADS = 4

/** To start a thread costs more than to hash so much (some 10 ms); with more to do than that, one is helped by another. */
const WORTH_ANOTHER_BYTES = 4 * MiB

/** What a question counts for beside its bytes: so many behind one disk that hangs are few. */
const QUESTION_BYTES = 256 * KiB

/** A thread that has not answered for so long waits for a disk, and others do not wait behind it. */
const STALLED_MS = 100

/** Until then a thread is taken to be starting. */
const START_MS = 500

/** Hex digits of an MD5. */
const MD5_DIGITS = 32

/** SHA-256 of what comes in pieces. */
export interface DigestStream {
  /** Resolves when the bytes may be overwritten. One at a time, in order. */
  update(bytes: Uint8Array): Promise<void>
  /** Lower-case hex. Ends the stream. */
  end(): Promise<string>
  /** Gives the stream up. */
  drop(): void
}

/** Computes digests. The bytes must not change until the answer is there. */
export interface Digester {
  /** MD5 for `Content-MD5`, which R2 checks on every path, and SHA-256 for the signature and our own ledger. */
  body(bytes: Uint8Array): Promise<BodyDigests>
  /** Lower-case hex. For parts, whose MD5 would cost the most of all that is done with them and say nothing more. */
  sha256(bytes: Uint8Array): Promise<string>
  /**
   * Reads a frame that was seen before whole into `bytes`, which is as long as the frame, and digests it: one message
   * to a thread that may wait for the disk.
   *
   * @throws AppError `file-changed`, `file-missing`, `file-unreadable`.
   */
  file(frame: SeenFrame, bytes: Uint8Array): Promise<BodyDigests>
  stream(): DigestStream
  close(): Promise<void>
}

/** In the thread that asks: for small things and for tests. */
export const inlineDigester: Digester = {
  body: async (bytes) => bodyDigests(bytes),
  sha256: async (bytes) => hash('sha256', bytes, 'hex'),
  file: async (frame, bytes) => {
    readWholeFrame(frame, bytes)
    return bodyDigests(bytes)
  },
  stream: () => {
    const sha256 = createHash('sha256')
    return {
      update: async (bytes) => void sha256.update(bytes),
      end: async () => sha256.digest('hex'),
      drop: () => {}
    }
  },
  close: async () => {}
}

type Thread = {
  readonly worker: Worker
  /** Asked and not sent yet: what is asked in one turn goes as one message, which costs more than what is in it. */
  outbox: DigestTask[]
  pending: number
  pendingBytes: number
  openStreams: number
  /** When it last had nothing to do, or answered; in the future while it starts. */
  answeredMs: number
}

/**
 * Computes digests in threads of its own, so that hashing (0.7 GB/s for MD5) and sending go on side by side. Bytes are
 * handed over in place where they lie in shared memory, as those of the BufferPool do; others are hashed inline.
 */
export function createDigester(threads = MOST_THREADS): Digester {
  const pool: Thread[] = []
  const open = new Map<number, Question>()
  let lastId = 0
  let lastStream = 0

  function start(): Thread {
    const worker = new Worker(entryPath('digestWorker'))
    const answeredMs = performance.now() + START_MS
    const thread: Thread = { worker, outbox: [], pending: 0, pendingBytes: 0, openStreams: 0, answeredMs }
    worker.unref()
    worker.on('message', (answer: DigestAnswer) => {
      thread.answeredMs = performance.now()
      settle(answer.id, (one) => {
        if ('digest' in answer) one.resolve(answer.digest)
        else one.reject(new AppError(answer.problem.code, answer.problem.detail))
      })
    })
    let cause: unknown
    worker.on('error', (error) => {
      cause = error
    })
    worker.on('exit', () => {
      if (!pool.includes(thread)) return // closed
      pool.splice(pool.indexOf(thread), 1)
      for (const [id, one] of open) {
        if (one.thread === thread)
          settle(id, () => one.reject(new AppError('engine-stopped', 'A digest thread has died', { cause })))
      }
    })
    pool.push(thread)
    return thread
  }

  function settle(id: number, how: (one: Question) => void): void {
    const one = open.get(id)
    if (!one) return
    open.delete(id)
    one.thread.pending -= 1
    one.thread.pendingBytes -= one.bytes
    // A thread that nothing is asked of must not keep the process alive.
    if (one.thread.pending === 0) one.thread.worker.unref()
    how(one)
  }

  /** The least busy one; another is started where that has enough to do. */
  function pick(): Thread {
    const nowMs = performance.now()
    let least: Thread | null = null
    let leastBytes = Number.POSITIVE_INFINITY
    for (const thread of pool) {
      const bytes = loadOf(thread, nowMs)
      if (bytes < leastBytes) [least, leastBytes] = [thread, bytes]
    }
    return least && (leastBytes < WORTH_ANOTHER_BYTES || pool.length >= threads) ? least : start()
  }

  function post(thread: Thread): void {
    const tasks = thread.outbox
    thread.outbox = []
    try {
      thread.worker.postMessage(tasks)
    } catch (cause) {
      const error = new AppError('internal', 'A digest thread could not be asked', { cause })
      for (const { id } of tasks) settle(id, (one) => one.reject(error))
    }
  }

  function ask(thread: Thread, task: NewTask): Promise<string> {
    // A stream stays with its thread, also when that has died between two pieces.
    if (!pool.includes(thread)) return Promise.reject(new AppError('engine-stopped', 'A digest thread has died'))
    lastId += 1
    const id = lastId
    const bytes = 'bytes' in task ? task.bytes.length : 0
    if (thread.pending === 0) {
      thread.answeredMs = Math.max(thread.answeredMs, performance.now())
      thread.worker.ref()
    }
    thread.pending += 1
    thread.pendingBytes += bytes
    return new Promise((resolve, reject) => {
      open.set(id, { resolve, reject, thread, bytes })
      if (thread.outbox.push({ ...task, id }) === 1) setImmediate(post, thread)
    })
  }

  return {
    async body(bytes) {
      if (!isWorthAThread(bytes)) return bodyDigests(bytes)
      const [md5, sha256] = await Promise.all([
        ask(pick(), { kind: 'whole', algorithm: 'md5', bytes }),
        ask(pick(), { kind: 'whole', algorithm: 'sha256', bytes })
      ])
      return { md5, sha256 }
    },
    async sha256(bytes) {
      if (!isWorthAThread(bytes)) return inlineDigester.sha256(bytes)
      return ask(pick(), { kind: 'whole', algorithm: 'sha256', bytes })
    },
    async file({ path, sizeBytes, mtimeNs, ino }, bytes) {
      const frame = { path, sizeBytes, mtimeNs, ino }
      if (!isShared(bytes)) return inlineDigester.file(frame, bytes)
      const both = await ask(pick(), { kind: 'file', frame, bytes })
      return { md5: both.slice(0, MD5_DIGITS), sha256: both.slice(MD5_DIGITS) }
    },
    stream() {
      lastStream += 1
      const stream = lastStream
      const thread = pick()
      let isOpen = true
      thread.openStreams += 1
      const close = (): void => {
        if (isOpen) thread.openStreams -= 1
        isOpen = false
      }
      return {
        update: async (bytes) => void (await ask(thread, { kind: 'piece', stream, bytes })),
        end: () => {
          close()
          return ask(thread, { kind: 'end', stream })
        },
        drop: () => {
          close()
          ask(thread, { kind: 'drop', stream }).catch(() => {})
        }
      }
    },
    async close() {
      await Promise.all(pool.splice(0).map(({ worker }) => worker.terminate()))
      for (const id of open.keys()) settle(id, (one) => one.reject(new AppError('engine-stopped', 'Digests are over')))
    }
  }
}

/** In bytes. A stream keeps its thread busy until it ends, also between two pieces; so does a disk that is waited for. */
function loadOf({ pending, pendingBytes, openStreams, answeredMs }: Thread, nowMs: number): number {
  const isStalled = pending > 0 && nowMs - answeredMs > STALLED_MS
  return pendingBytes + pending * QUESTION_BYTES + (openStreams + Number(isStalled)) * WORTH_ANOTHER_BYTES
}

type WithoutId<T> = T extends DigestTask ? Omit<T, 'id'> : never
type NewTask = WithoutId<DigestTask>
type Question = {
  resolve(digest: string): void
  reject(error: Error): void
  readonly thread: Thread
  readonly bytes: number
}

function bodyDigests(bytes: Uint8Array): BodyDigests {
  return { md5: hash('md5', bytes, 'hex'), sha256: hash('sha256', bytes, 'hex') }
}

function isWorthAThread(bytes: Uint8Array): boolean {
  return bytes.length >= WORTH_A_THREAD_BYTES && isShared(bytes)
}

function isShared(bytes: Uint8Array): boolean {
  return bytes.buffer instanceof SharedArrayBuffer
}
