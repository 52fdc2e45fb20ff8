import { lstat, stat } from 'node:fs/promises'
import { dirname, resolve, sep } from 'node:path'
import { AppError, isUnwritable, type Problem, toProblem } from '../../shared/errors.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { CatalogVolumes } from '../catalog/CatalogVolumes.ts'
import type { Clock } from '../files/Clock.ts'
import type { FrameFile } from '../files/FrameFile.ts'
import { toFolderError } from '../files/toFileError.ts'
import { volumeOf } from '../files/Volume.ts'
import { framesThatMissedIt } from './framesThatMissedIt.ts'

export type DropPresencePorts = {
  readonly frames: CatalogFrames
  readonly uploads: CatalogUploads
  readonly volumes: CatalogVolumes
  readonly clock: Clock
  /** The engine's own folder: the disk that it lies on cannot be away. */
  readonly home: string
  /** All that waits can be read again, and these frames failed because it could not. Told again where that fails. */
  readonly onReturned: (frameIds: ReadonlyArray<string>) => Promise<void>
  readonly onChange: () => void
}

type DroppedFile = Pick<FrameFile, 'path' | 'dev'>

/** What a look at a place has found. */
type Sight = {
  /** The id of what lies there, where that could be seen. */
  readonly volume: string | null
  /** Why what lies below is not to be read, or null. */
  readonly problem: Problem | null
}

/** As often as watched folders are looked at. */
const LOOK_MS = 5_000

/** A share whose server is gone answers after minutes, or never: by then it counts as away. */
const SILENCE_MS = 10_000

/** So many files, of all that were ever taken, are looked for on a volume whose id is another. */
const KNOWN_LOOKS = 8

const FOLDER_CODES: ReadonlySet<string> = new Set<Problem['code']>(['folder-missing', 'folder-unreadable'])

/**
 * Whether the disks, cards and shares that a drop was taken from are there, and no others in their places. While frames
 * of one wait and it is away, the collection waits with it. A place is where such a volume begins in the tree of folders,
 * with a separator at its end. What holds the root of that tree, or the engine's home, is always there, and is no place.
 */
export class DropPresence {
  readonly #id: string
  readonly #ports: DropPresencePorts
  /** By place, what lay there, as the catalog has it. */
  readonly #remembered: Map<string, string>
  #hasUnkept = false
  /** By place, the look that is under way: one that does not end must not be joined by others, each on a thread. */
  readonly #looking = new Map<string, Promise<Sight>>()
  /** Places that are away while frames of them wait. */
  #away: ReadonlyMap<string, Problem> = new Map()
  /** Nobody knows yet whether what an earlier run left can be read. */
  #isFirstLook: boolean
  /** Why not even a look could be had. */
  #trouble: Problem | null = null
  /** A place has come back since frames may have failed for its absence. */
  #hasReturned = false
  /** Nothing is away any more, and nobody was told yet. */
  #isUntold = false
  #stopTimer = (): void => {}
  #isClosed = false

  constructor(id: string, ports: DropPresencePorts) {
    this.#id = id
    this.#ports = ports
    this.#remembered = new Map(ports.volumes.recallPlaces(id))
    this.#isFirstLook = this.#remembered.size > 0 && ports.volumes.hasWaiting(id)
    void this.look()
  }

  /** Nothing of the collection is to be read now. */
  get isAway(): boolean {
    return this.#isFirstLook || this.#away.size > 0
  }

  /** Why, or null. */
  get problem(): Problem | null {
    return this.#away.values().next().value ?? (this.#isFirstLook ? this.#trouble : null)
  }

  /**
   * Whether files may go into this collection: nothing that waits in it is away, and none of them lies on another card
   * than what is unfinished in it.
   *
   * @throws AppError where the catalog cannot be read.
   */
  async canTake(files: ReadonlyArray<DroppedFile>): Promise<boolean> {
    const { volumes } = this.#ports
    for (const place of [...this.#remembered.keys()]) {
      const isAsked =
        volumes.hasWaitingBelow(this.#id, place) ||
        (isAbove(place, files) && volumes.hasUnfinishedBelow(this.#id, place))
      if (!isAsked) continue
      const { problem } = await this.#lookAt(place)
      if (this.#isClosed) return true
      if (problem) return false
    }
    return true
  }

  /**
   * To be called before files go into the queue: a person has just pointed at them, so what they lie on is right, unless
   * something of another card is unfinished.
   *
   * @throws AppError `folder-missing` if it is; where the catalog cannot be written.
   */
  async note(files: ReadonlyArray<DroppedFile>): Promise<void> {
    const known = [...this.#remembered.keys()].filter((place) => isAbove(place, files))
    for (const place of new Set([...known, ...(await placesOf(files, this.#ports.home))])) {
      const { volume, problem } = await this.#lookAt(place)
      if (this.#isClosed) return
      if (problem && this.#ports.volumes.hasUnfinishedBelow(this.#id, place))
        throw new AppError(problem.code, problem.detail)
      if (problem && volume !== null) this.#remember(place, volume)
    }
    this.#keep()
  }

  /** To be asked when a file could not be read, or is another. False: nothing is to be read until its card is back. */
  async isThere({ path }: Pick<FrameFile, 'path'>): Promise<boolean> {
    const place = this.#placeAbove(path)
    if (place === null) return true
    if (this.#away.has(place)) return false
    const { problem } = await this.#lookAt(place)
    if (problem === null || this.#isClosed) return true
    this.#setAway(new Map([...this.#away, [place, problem]]))
    return false
  }

  /** Looks now, and every five seconds from then on. What fails is tried again by the next look. */
  async look(): Promise<void> {
    try {
      await this.#look()
      this.#trouble = null
      await this.#tellReturn()
    } catch (error) {
      if (!isUnwritable(error)) this.#noteTrouble(error)
    } finally {
      this.#stopTimer()
      if (!this.#isClosed) this.#stopTimer = this.#ports.clock.setTimer(LOOK_MS, () => void this.look())
    }
  }

  close(): void {
    this.#isClosed = true
    this.#stopTimer()
  }

  /** Only what frames wait for is looked at. */
  async #look(): Promise<void> {
    const { volumes } = this.#ports
    const before = this.#away
    const away = new Map<string, Problem>()
    const isWaiting = volumes.hasWaiting(this.#id)
    const places = [...(isWaiting ? this.#remembered : before).keys()]
    const seen = await Promise.all(places.map(async (place) => ({ place, ...(await this.#lookAt(place)) })))
    if (this.#isClosed) return
    for (const { place, problem } of seen) {
      if (problem === null) this.#hasReturned ||= before.has(place)
      else if (volumes.hasWaitingBelow(this.#id, place)) away.set(place, problem)
    }
    for (const [place, problem] of this.#away) if (!before.has(place)) away.set(place, problem)
    this.#keep()
    this.#setAway(away)
  }

  /** A look that began after it was asked for, or silence. @throws what says nothing of the place. */
  async #lookAt(place: string): Promise<Sight> {
    const detail = `${resolve(place)}: the folder does not answer`
    let stopTimer = (): void => {}
    const silence = new Promise<Sight>((answer) => {
      const giveUp = () => answer({ volume: null, problem: { code: 'folder-missing', detail } })
      stopTimer = this.#ports.clock.setTimer(SILENCE_MS, giveUp)
    })
    try {
      return await Promise.race([this.#nextLookAt(place), silence])
    } finally {
      stopTimer()
    }
  }

  /** One under way may have begun before what the caller has met; all who wait for its end share the next one. */
  async #nextLookAt(place: string): Promise<Sight> {
    await this.#looking.get(place)?.catch(() => null) // whoever began it is told
    const shared = this.#looking.get(place)
    if (shared) return shared
    const look = this.#see(place).finally(() => this.#looking.delete(place))
    this.#looking.set(place, look)
    return look
  }

  async #see(place: string): Promise<Sight> {
    try {
      const { id } = await volumeOf(resolve(place))
      const before = this.#remembered.get(place)
      if (before !== undefined && isSameVolume(before, id)) return { volume: id, problem: null }
      if (before === undefined || (await this.#holdsKnown(place))) {
        this.#remember(place, id)
        return { volume: id, problem: null }
      }
      const detail =
        `${resolve(place)}: another disk or card is there (${id}; it was ${before}), and nothing on it is known. ` +
        'To send from this one, drop it by itself.'
      return { volume: id, problem: { code: 'folder-missing', detail } }
    } catch (error) {
      return { volume: null, problem: absenceIn(error, place) }
    }
  }

  /** Whether a file that was taken is found as it was: some of them, others each time. */
  async #holdsKnown(place: string): Promise<boolean> {
    if (this.#isClosed) return false
    for (const { path, sizeBytes, mtimeNs } of this.#ports.volumes.someBelow(this.#id, place, KNOWN_LOOKS)) {
      const stats = await lstat(path, { bigint: true }).catch(() => null)
      if (stats?.isFile() && Number(stats.size) === sizeBytes && stats.mtimeNs === mtimeNs) return true
    }
    return false
  }

  /** The volume that a path lies on begins there; null where it holds the root. */
  #placeAbove(path: string): string | null {
    const above = [...this.#remembered.keys()].filter((place) => path.startsWith(place))
    return above.toSorted((a, b) => b.length - a.length)[0] ?? null
  }

  #remember(place: string, volume: string): void {
    this.#remembered.set(place, volume)
    this.#hasUnkept = true
  }

  #keep(): void {
    if (!this.#hasUnkept || this.#isClosed) return
    this.#ports.volumes.rememberPlaces(this.#id, this.#remembered)
    this.#hasUnkept = false
  }

  #setAway(away: ReadonlyMap<string, Problem>): void {
    const { isAway: wasAway, problem: before } = this
    this.#away = away
    this.#isFirstLook = false
    if (wasAway && !this.isAway) this.#isUntold = true
    if (wasAway !== this.isAway || before?.detail !== this.problem?.detail) this.#ports.onChange()
  }

  async #tellReturn(): Promise<void> {
    if (!this.#isUntold || this.isAway || this.#isClosed) return
    await this.#ports.onReturned(this.#hasReturned ? framesThatMissedIt(this.#id, this.#ports) : [])
    this.#isUntold = false
    this.#hasReturned = false
  }

  #noteTrouble(error: unknown): void {
    if (this.#isClosed) return // as is the catalog
    const before = this.problem
    this.#trouble = toProblem(error)
    if (before?.detail !== this.problem?.detail) this.#ports.onChange()
  }
}

function isAbove(place: string, files: ReadonlyArray<DroppedFile>): boolean {
  return files.some(({ path }) => path.startsWith(place))
}

/**
 * Linux gives file systems without a disk of their own (ZFS, tmpfs) any free number when they are mounted, `0:45`: it
 * says nothing of what they are, and their source does.
 */
function isSameVolume(before: string, now: string): boolean {
  const [one, other] = [before, now].map((id) => id.replace(/ 0:\d+$/, ''))
  return one === other
}

/** Where the volumes begin that files lie on, without those that hold the root and the engine's home. */
async function placesOf(files: ReadonlyArray<DroppedFile>, home: string): Promise<ReadonlySet<string>> {
  const own = await stat(home, { bigint: true }).catch(() => null)
  const met: Array<{ readonly dev: bigint; readonly place: string }> = []
  for (const { path, dev } of files) {
    if (dev === own?.dev) continue
    if (met.some((one) => one.dev === dev && path.startsWith(one.place))) continue
    const place = await placeAbove(dirname(path)).catch(() => null) // gone already: its frame will say so
    if (place !== null) met.push({ dev, place })
  }
  return new Set(met.map(({ place }) => place).filter((place) => place !== '/'))
}

/** The highest folder above that lies on the same device. @throws what the disk says. */
async function placeAbove(folder: string): Promise<string> {
  const { dev } = await stat(folder, { bigint: true })
  let top = folder
  while (dirname(top) !== top && (await stat(dirname(top), { bigint: true })).dev === dev) top = dirname(top)
  return top.endsWith(sep) ? top : top + sep
}

/** @throws what says nothing of the folder. */
function absenceIn(error: unknown, place: string): Problem {
  const problem = toProblem(toFolderError(error, resolve(place)))
  if (!FOLDER_CODES.has(problem.code)) throw error
  return problem
}
