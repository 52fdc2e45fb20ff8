import { type Problem, toProblem } from '../../../shared/errors.ts'
import type { CoverageState } from '../../../shared/model/coverage.ts'
import { type ComparedObject, type ComparePorts, compareObject } from './compareObject.ts'
import type { Listing } from './Listing.ts'
import type { WantedFrame } from './WantedFrame.ts'

/** Files compared side by side: most is reading, the rest are questions without a body. */
const FRAMES_AT_ONCE = 8

export type ComparedFrame = {
  readonly file: WantedFrame['file']
  readonly objects: ReadonlyArray<ComparedObject>
  readonly problem: Problem | null
}

/**
 * Compares the files of a folder with what the bucket lists. Changes nothing.
 *
 * @returns a result for each, in order. A file that cannot be read has its problem and says nothing of the bucket.
 * @throws AppError where the bucket cannot be asked; `signal.reason`.
 */
export async function compareFrames(
  frames: ReadonlyArray<WantedFrame>,
  listing: Listing,
  ports: ComparePorts,
  signal: AbortSignal
): Promise<ReadonlyArray<ComparedFrame>> {
  const compared: ComparedFrame[] = []
  const left = frames.entries()
  const work = async () => {
    for (const [index, frame] of left) {
      signal.throwIfAborted()
      compared[index] = await compareOne(frame, listing, ports, signal)
    }
  }
  await Promise.all(Array.from({ length: FRAMES_AT_ONCE }, work))
  return compared
}

async function compareOne(
  frame: WantedFrame,
  listing: Listing,
  ports: ComparePorts,
  signal: AbortSignal
): Promise<ComparedFrame> {
  const { file, problem } = frame
  if (problem) return { file, objects: [], problem }
  const read = new FileReading(ports)
  try {
    const objects: ComparedObject[] = []
    for (const object of frame.objects) objects.push(await compareObject(object, file, listing, read.ports))
    return { file, objects, problem: null }
  } catch (error) {
    signal.throwIfAborted()
    if (error !== read.failure) throw error // of the bucket: nothing may be concluded then
    return { file, objects: [], problem: toProblem(error) }
  }
}

/** Reads a file once for all of its objects, and tells its failures from those of the bucket. */
class FileReading {
  readonly ports: ComparePorts
  failure: unknown

  constructor(ports: ComparePorts) {
    let digests: ReturnType<ComparePorts['digest']> | null = null
    this.ports = {
      ...ports,
      digest: async (file) => {
        digests ??= ports.digest(file)
        try {
          return await digests
        } catch (error) {
          this.failure = error
          throw error
        }
      }
    }
  }
}

/** What is to be said of a file as a whole. */
export function coverageStateOf({ problem, objects }: ComparedFrame): Exclude<CoverageState, 'only-remote'> {
  if (problem || objects.length === 0) return 'unreadable'
  if (objects.some(({ state }) => state === 'changed')) return 'stale'
  return objects.some(({ state }) => state === 'new') ? 'missing' : 'there'
}
