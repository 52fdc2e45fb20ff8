import { createHash, type Hash, hash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'

/** A question to the thread. `bytes` lie in shared memory: only where they are is sent. */
export type DigestTask =
  | { readonly kind: 'whole'; readonly id: number; readonly algorithm: 'md5' | 'sha256'; readonly bytes: Uint8Array }
  /** One more piece of a stream; answered when the bytes may be overwritten. */
  | { readonly kind: 'piece'; readonly id: number; readonly stream: number; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly id: number; readonly stream: number }
  /** The stream is given up. */
  | { readonly kind: 'drop'; readonly id: number; readonly stream: number }

export type DigestAnswer = { readonly id: number; readonly hex: string }

const streams = new Map<number, Hash>()

parentPort?.on('message', (task: DigestTask) => {
  const answer: DigestAnswer = { id: task.id, hex: run(task) }
  parentPort?.postMessage(answer)
})

function run(task: DigestTask): string {
  switch (task.kind) {
    case 'whole':
      return hash(task.algorithm, task.bytes, 'hex')
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
