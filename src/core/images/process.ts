// The darkroom as a process of its own, as `core/process.ts` is for the engine: reads and renders what it is asked over
// its IPC channel, and ends with it. Started by DarkroomProcess with the memory limit in bytes as its argument.
import { constants, setPriority } from 'node:os'
import { AppError, toProblem } from '../../shared/errors.ts'
import type { Cleaned, CleanJob } from './Darkroom.ts'
import { ExifToolReader } from './ExifToolReader.ts'
import { endWithChildren } from './endWithChildren.ts'
import { readFacts, readType } from './readFacts.ts'
import { removePosition } from './removePosition.ts'
import { render } from './render.ts'
import type { Message, Outcome, Request, Task } from './tasks.ts'

/** Room for Node, the encoders and what is left from the job before. */
const DECODER_SHARE = 0.75

/** How often the memory in use is told where nobody can look from outside. */
const MEMORY_REPORT_MS = 200

/** Writing copies a film twice, 70 MB a second as measured. Whoever started us ends us soon after this time for all. */
const EDIT_LIMIT_MS = 110_000

const memoryLimitBytes = Number(process.argv[2])
const exiftool = new ExifToolReader()

function perform(task: Task): Promise<Outcome> {
  switch (task.kind) {
    case 'inspect':
      return readFacts(task.path, exiftool)
    case 'identify':
      return readType(task.path, task.problem)
    case 'render':
      lowerPriority()
      return render(task.job, memoryLimitBytes * DECODER_SHARE, exiftool)
    case 'clean':
      return clean(task.job, task.part)
  }
}

const openEditor = () => new ExifToolReader(2 * EDIT_LIMIT_MS, 0) // `clean` sets the limit
let nextEditor = openEditor()

/** In time, or not at all: an ExifTool that is still at work would outlive us. */
async function clean(job: CleanJob, part: string): Promise<Cleaned> {
  const editor = nextEditor
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    nextEditor = openEditor() // this one starts nothing any more
    void editor.stop()
  }, EDIT_LIMIT_MS)
  try {
    return await removePosition(job, part, editor)
  } catch (error) {
    throw isLate ? new AppError('render-timeout', job.path, { cause: error }) : error
  } finally {
    clearTimeout(timer)
  }
}

/** Rendering takes every core for minutes; windows and senders go first. Some systems do not allow it: then not. */
function lowerPriority(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // Only the order of work depends on it.
  }
}

let outbox: Message[] = []

/** What is said in one turn travels as one message. */
function send(message: Message): void {
  outbox.push(message)
  if (outbox.length === 1) setImmediate(post)
}

function post(): void {
  // Between the parent's death and our 'disconnect' there is nobody to tell.
  if (process.connected) process.send?.(outbox)
  outbox = []
}

process.on('message', (requests: ReadonlyArray<Request>) => {
  for (const request of requests) void answer(request)
})

async function answer({ id, task }: Request): Promise<void> {
  try {
    send({ kind: 'done', id, outcome: await perform(task) })
  } catch (error) {
    const { code, detail } = toProblem(error)
    send({ kind: 'failed', id, code, message: detail })
  }
}

// An orderly exit would wait for a decoder that may never come back.
process.on('disconnect', () => endWithChildren(process.pid))

if (process.platform !== 'linux') {
  setInterval(() => send({ kind: 'memory', rssBytes: process.memoryUsage.rss() }), MEMORY_REPORT_MS).unref()
}

send({ kind: 'ready' })
