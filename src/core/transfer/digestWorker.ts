import { createHash, type Hash, hash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import { type Problem, toProblem } from '../../shared/errors.ts'
import type { SeenFrame } from '../files/readFrame.ts'
import { readWholeFrame } from '../files/readWholeFrame.ts'

/** A question to the thread; they come in lists. `bytes` lie in shared memory: only where they are is sent. */
export type DigestTask =
  | { readonly kind: 'whole'; readonly id: number; readonly algorithm: 'md5' | 'sha256'; readonly bytes: Uint8Array }
  /** Reads the file into `bytes` first. Answered with MD5 and SHA-256, one after the other. */
  | { readonly kind: 'file'; readonly id: number; readonly frame: SeenFrame; readonly bytes: Uint8Array }
  /** One more piece of a stream; answered when the bytes may be overwritten. */
  | { readonly kind: 'piece'; readonly id: number; readonly stream: number; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly id: number; readonly stream: number }
  /** The stream is given up. */
  | { readonly kind: 'drop'; readonly id: number; readonly stream: number }

/** An error loses its class on the way, so it travels as code and words. */
export type DigestAnswer =
  | { readonly id: number; readonly digest: string }
  | { readonly id: number; readonly problem: Problem }

const streams = new Map<number, Hash>()

parentPort?.on('message', (tasks: ReadonlyArray<DigestTask>) => {
  // One by one: the next may wait for a disk, and what is known by then must not wait with it.
  for (const task of tasks) parentPort?.postMessage(answer(task))
})

function answer(task: DigestTask): DigestAnswer {
  try {
    return { id: task.id, digest: run(task) }
  } catch (error) {
    return { id: task.id, problem: toProblem(error) }
  }
}

function run(task: DigestTask): string {
  switch (task.kind) {
    case 'whole':
      return hash(task.algorithm, task.bytes, 'hex')
    case 'file':
      readWholeFrame(task.frame, task.bytes)
      return hash('md5', task.bytes, 'hex') + hash('sha256', task.bytes, 'hex')
    case 'piece': {
      const sha256 = streams.get(task.stream) ?? createHash('sha256')
      streams.set(task.stream, sha256.update(task.bytes))
      return ''
    }
    case 'end': {
      const hex = (streams.get(task.stream) ?? createHash('sha256')).digest('hex')
      streams.delete(task.stream)
      return hex
    }
    case 'drop':
      streams.delete(task.stream)
      return ''
  }
}
