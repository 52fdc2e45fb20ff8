import { createHash, hash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { AppError } from '../../shared/errors.ts'
import { KiB } from '../../shared/units.ts'
import { entryPath } from '../entryPath.ts'
import type { BodyDigests } from '../store/ObjectStore.ts'
import type { DigestAnswer, DigestTask } from './digestWorker.ts'

/** Below this, hashing costs less than asking a thread for it (some 40 µs there and back). */
const WORTH_A_THREAD_BYTES = 32 * KiB

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
  stream(): DigestStream
  close(): Promise<void>
}

/** In the thread that asks: for small things and for tests. */
export const inlineDigester: Digester = {
  body: async (bytes) => ({ md5: hash('md5', bytes, 'hex'), sha256: hash('sha256', bytes, 'hex') }),
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

type Thread = { readonly worker: Worker; pending: number }

/**
 * Computes digests in threads of its own, so that hashing (0.7 GB/s for MD5) and sending go on side by side. Bytes are
 * handed over in place where they lie in shared memory, as those of the BufferPool do; others are hashed inline.
 */
export function createDigester(threads = Math.min(4, availableParallelism())): Digester {
  const pool: Thread[] = []
  const open = new Map<number, { resolve: (hex: string) => void; reject: (error: Error) => void; thread: Thread }>()
  let lastId = 0
  let lastStream = 0

  function start(): Thread {
    const worker = new Worker(entryPath('digestWorker'))
    const thread: Thread = { worker, pending: 0 }
    worker.unref()
    worker.on('message', ({ id, hex }: DigestAnswer) => settle(id, (one) => one.resolve(hex)))
    worker.on('error', (cause) => {
      pool.splice(pool.indexOf(thread), 1)
      for (const [id, one] of open) {
        if (one.thread === thread)
          settle(id, () => one.reject(new AppError('internal', 'A digest thread died', { cause })))
      }
    })
    pool.push(thread)
    return thread
  }

  function settle(id: number, how: (one: { resolve(hex: string): void; reject(error: Error): void }) => void): void {
    const one = open.get(id)
    if (!one) return
    open.delete(id)
    one.thread.pending -= 1
    // A thread that nothing is asked of must not keep the process alive.
    if (one.thread.pending === 0) one.thread.worker.unref()
    how(one)
  }

  /** The least busy one, started if there is room for another. */
  function pick(): Thread {
    const [least] = pool.toSorted((a, b) => a.pending - b.pending)
    return least && (least.pending === 0 || pool.length >= threads) ? least : start()
  }

  function ask(thread: Thread, task: Omit<Extract<DigestTask, { kind: 'whole' }>, 'id'> | StreamTask): Promise<string> {
    lastId += 1
    const id = lastId
    thread.pending += 1
    thread.worker.ref()
    return new Promise((resolve, reject) => {
      open.set(id, { resolve, reject, thread })
      thread.worker.postMessage({ ...task, id })
    })
  }

  return {
    async body(bytes) {
      if (bytes.length < WORTH_A_THREAD_BYTES || !isShared(bytes)) return inlineDigester.body(bytes)
      const [md5, sha256] = await Promise.all([
        ask(pick(), { kind: 'whole', algorithm: 'md5', bytes }),
        ask(pick(), { kind: 'whole', algorithm: 'sha256', bytes })
      ])
      return { md5, sha256 }
    },
    stream() {
      lastStream += 1
      const stream = lastStream
      const thread = pick()
      return {
        update: async (bytes) => void (await ask(thread, { kind: 'piece', stream, bytes })),
        end: () => ask(thread, { kind: 'end', stream }),
        drop: () => void ask(thread, { kind: 'drop', stream })
      }
    },
    async close() {
      await Promise.all(pool.splice(0).map(({ worker }) => worker.terminate()))
    }
  }
}

type StreamTask =
  | Omit<Extract<DigestTask, { kind: 'piece' }>, 'id'>
  | Omit<Extract<DigestTask, { kind: 'end' }>, 'id'>
  | Omit<Extract<DigestTask, { kind: 'drop' }>, 'id'>

function isShared(bytes: Uint8Array): boolean {
  return bytes.buffer instanceof SharedArrayBuffer
}
