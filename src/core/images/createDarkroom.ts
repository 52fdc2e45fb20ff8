import { randomUUID } from 'node:crypto'
import { availableParallelism, totalmem } from 'node:os'
import { AppError, toProblem } from '../../shared/errors.ts'
import { GiB } from '../../shared/units.ts'
import { entryPath } from '../entryPath.ts'
import type { Darkroom, RenderJob } from './Darkroom.ts'
import { Casualty } from './DarkroomProcess.ts'
import type { FrameFacts } from './FrameFacts.ts'
import { failedRendering } from './failedRendering.ts'
import { Lane } from './Lane.ts'
import { partPath, removePart } from './partPath.ts'

export type DarkroomOptions = {
  /** Pictures rendered at the same time, each in a process of its own; default: one per core. */
  readonly processes?: number
  /** For one frame; default 120,000 ms. */
  readonly timeLimitMs?: number
  /** Resident memory of one process; default 1.5 GiB, less where the processes together would take half of the machine. */
  readonly memoryLimitBytes?: number
  /** The file that runs in the processes; default: the darkroom's own. */
  readonly entry?: string
}

const DEFAULT_TIME_LIMIT_MS = 120_000
const DEFAULT_MEMORY_LIMIT_BYTES = 1.5 * GiB
const MIN_MEMORY_LIMIT_BYTES = 0.5 * GiB

/** Enough to keep a disk and ExifTool busy at the same time, and for questions to travel together. */
const INSPECTIONS_AT_ONCE = 32

/**
 * A darkroom whose processes start with the first frame. Inspecting has a process of its own beside those that render,
 * so that names and keys are known, and sending can begin, while pictures are still being developed.
 */
export function createDarkroom(options: DarkroomOptions = {}): Darkroom {
  const processes = options.processes ?? availableParallelism()
  const common = {
    entry: options.entry ?? entryPath('darkroom'),
    timeLimitMs: options.timeLimitMs ?? DEFAULT_TIME_LIMIT_MS,
    memoryLimitBytes: options.memoryLimitBytes ?? defaultMemoryLimitBytes(processes)
  }
  const inspections = new Lane({ ...common, processes: 1, tasksEach: INSPECTIONS_AT_ONCE, killsAborted: false })
  const renderings = new Lane({ ...common, processes, tasksEach: 1, killsAborted: true })

  /** What can still be told of a frame whose metadata brought a process down. */
  async function identify(path: string, cause: AppError, signal: AbortSignal): Promise<FrameFacts> {
    try {
      return await inspections.run({ kind: 'identify', path, problem: toProblem(cause) }, signal)
    } catch (error) {
      throw error instanceof Casualty ? new AppError('file-unreadable', path, { cause }) : error
    }
  }

  return {
    async inspect(path, signal) {
      try {
        return await inspections.run({ kind: 'inspect', path }, signal)
      } catch (error) {
        if (!(error instanceof Casualty)) throw error
        return identify(path, casualtyError(error, path), signal)
      }
    },

    async render(job, signal) {
      try {
        return await renderings.run({ kind: 'render', job }, signal)
      } catch (error) {
        await removeParts(pathsOf(job).map((path) => partPath(path))) // whoever was writing them is gone
        if (!(error instanceof Casualty)) throw error
        return failedRendering(job, casualtyError(error, job.path))
      }
    },

    async removePosition(job, signal) {
      const part = partPath(job.target, randomUUID())
      try {
        return await renderings.run({ kind: 'clean', job, part }, signal)
      } catch (error) {
        await removeParts([part])
        throw error instanceof Casualty ? casualtyError(error, job.path) : error
      }
    },

    async close() {
      await Promise.all([inspections.close(), renderings.close()])
    }
  }
}

function defaultMemoryLimitBytes(processes: number): number {
  const share = totalmem() / 2 / processes
  return Math.max(MIN_MEMORY_LIMIT_BYTES, Math.min(DEFAULT_MEMORY_LIMIT_BYTES, share))
}

function casualtyError(casualty: Casualty, path: string): AppError {
  switch (casualty.fate) {
    case 'too-slow':
      return new AppError('render-timeout', path, { cause: casualty })
    case 'too-much-memory':
      return new AppError('picture-too-large', `${path} took more memory than a frame may`, { cause: casualty })
    case 'crashed':
    case 'stopped':
      return new AppError('render-crashed', path, { cause: casualty })
  }
}

function pathsOf({ renditions, previewPath }: RenderJob): ReadonlyArray<string> {
  const paths = renditions.map(({ path }) => path)
  return previewPath === null ? paths : [...paths, previewPath]
}

async function removeParts(parts: ReadonlyArray<string>): Promise<void> {
  // What cannot be removed is found by whoever tidies the spool folder.
  await Promise.allSettled(parts.map(removePart))
}
