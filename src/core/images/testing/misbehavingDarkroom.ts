// Stands in for the darkroom's process and does to its parent what decoders do: the file's name says what.
import { existsSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { FrameFacts } from '../FrameFacts.ts'
import type { Message, Request, Task } from '../tasks.ts'

const held: Buffer[] = []

process.on('message', (requests: ReadonlyArray<Request>) => {
  for (const request of requests) perform(request)
})

function perform({ id, task }: Request): void {
  const path = 'job' in task ? task.job.path : task.path
  const name = basename(path)
  if (task.kind === 'clean') for (const half of [task.part, `${task.part}_exiftool_tmp`]) writeFileSync(half, 'half')
  if (task.kind !== 'identify') misbehave(name, path)
  // A frame that is "held" is never answered, and keeps its process.
  if (name !== 'held') send({ kind: 'done', id, outcome: answer(task) })
}

function misbehave(name: string, path: string): void {
  if (name === 'hang') for (;;);
  if (name === 'eat') for (;;) eat()
  if (name === 'crash') process.abort()
  if (name === 'crash-once' && !existsSync(`${path}.seen`)) {
    writeFileSync(`${path}.seen`, '')
    process.exit(3)
  }
}

/** 200 MB a second: faster than a decoder, slow enough for the machine that runs the test. */
function eat(): void {
  held.push(Buffer.alloc(1_000_000, 1))
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
}

/** The process's id travels where a test can read it. */
function answer(task: Task) {
  const here = { code: 'internal', detail: String(process.pid) } as const
  if (task.kind === 'render') return { renditions: [], preview: { ok: false, problem: here } } as const
  return facts(task.kind === 'identify' ? task.problem : here)
}

function facts(problem: FrameFacts['problem']): FrameFacts {
  return {
    kind: 'other',
    contentType: 'text/plain',
    extension: 'txt',
    mismatch: null,
    widthPx: null,
    heightPx: null,
    capturedAt: null,
    camera: null,
    lens: null,
    exposure: null,
    creator: null,
    copyright: null,
    hasPosition: false,
    problem
  }
}

function send(message: Message): void {
  process.send?.([message])
}

process.on('disconnect', () => process.exit())
send({ kind: 'ready' })
