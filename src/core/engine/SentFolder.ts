import { join, relative, sep } from 'node:path'
import { type Problem, toProblem } from '../../shared/errors.ts'
import type { Collection } from '../../shared/model/collection.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Frame } from '../catalog/records.ts'
import type { Clock } from '../files/Clock.ts'
import { finishMove } from '../files/finishMove.ts'
import { moveWithin, type Patience } from '../files/moveWithin.ts'
import { isFree, lookAt } from '../files/places.ts'

export type SentFolderPorts = {
  readonly frames: CatalogFrames
  readonly uploads: CatalogUploads
  readonly clock: Clock
  /**
   * Null for one that was taken off the list, is another engine's, or whose folder is not known to be there, and to be the
   * one that was meant: its files stay where they are.
   */
  readonly collectionOf: (id: string) => Collection | null
  readonly onMoved: (frameId: string) => void
  /** What `problemOf` says of a collection may be different now. */
  readonly onProblem: () => void
}

/** Moves files of watched folders that ask for it, once all that is made of them is proved to be in the bucket. */
export class SentFolder {
  readonly #ports: SentFolderPorts
  /** The folders that collections of this engine ask for, by collection. */
  readonly #asked = new Map<string, string>()
  readonly #waiting = new Set<string>()
  /** Collections of which something is to be tried again before long. */
  readonly #unfinished = new Set<string>()
  /** By collection, what stands in the way of each frame, or of all (under the id of the collection). */
  readonly #problems = new Map<string, Map<string, Problem>>()
  #working: Promise<void> | null = null
  /** The frame whose file is being moved at this moment. */
  #moving: string | null = null
  readonly #ending = new AbortController()

  constructor(ports: SentFolderPorts) {
    this.#ports = ports
  }

  /** Something may have become of the frame. Asked of every frame that is sent, and mostly nobody wants it moved. */
  frameChanged(frameId: string): void {
    if (this.#ending.signal.aborted || this.#asked.size === 0 || this.#ports.frames.statusOf(frameId) !== 'done') return
    this.#waiting.add(frameId)
    this.#working ??= this.#work()
  }

  /** Why files of a collection could not be moved the last time that it was tried; null where they could. */
  problemOf(collectionId: string): Problem | null {
    return this.#problems.get(collectionId)?.values().next().value ?? null
  }

  /**
   * Files that were proved while nobody moved them: when the folder is known to be there, for the first time or again, and
   * when its rules change. A move that was cut off is finished first, and before this returns: until then its frame is
   * not where the catalog says. Where the catalog cannot be written, `lookAgain` does it. Nothing happens while the folder
   * is not known to be there.
   */
  sweep(collection: Collection): void {
    const { id, kind, rules } = collection
    if (kind !== 'watch') return
    const { sentFolder } = rules
    try {
      if (!this.#ports.collectionOf(id)) return
      if (sentFolder === undefined) this.#asked.delete(id)
      else this.#asked.set(id, sentFolder)
      this.#unfinished.delete(id)
      const unsettled = this.#finish(collection)
      const outside = sentFolder === undefined ? [] : this.#ports.frames.doneOutside(id, sentFolder)
      this.#noteOnly(id, new Set([...outside, ...unsettled]))
      for (const frameId of outside) if (!unsettled.has(frameId)) this.frameChanged(frameId)
    } catch (error) {
      this.#putOff(id, id, error)
    }
  }

  /**
   * To be called every minute: what the catalog would not take, files that other programs had open, and rules that
   * another engine has written.
   *
   * @param own The collections that this engine works on.
   */
  lookAgain(own: ReadonlyArray<Collection>): void {
    for (const collection of own) {
      const { id, rules } = collection
      if (this.#unfinished.has(id) || this.#asked.get(id) !== rules.sentFolder) this.sweep(collection)
    }
  }

  /** Resolves when no file is being moved any more. */
  async close(): Promise<void> {
    this.#ending.abort()
    this.#waiting.clear()
    await this.#working
  }

  async #work(): Promise<void> {
    try {
      for (const frameId of this.#waiting) {
        this.#waiting.delete(frameId)
        this.#moving = frameId
        await this.#move(frameId)
      }
    } finally {
      this.#moving = null
      this.#working = null
    }
  }

  async #move(frameId: string): Promise<void> {
    const { frames, collectionOf, clock } = this.#ports
    const { signal } = this.#ending
    let collectionId: string | null = null
    try {
      const frame = frames.find(frameId)
      if (!frame || !this.#asked.has(frame.collectionId)) return
      collectionId = frame.collectionId
      const collection = collectionOf(collectionId)
      if (!collection || collection.isPaused) return
      const to = this.#placeFor(frame, collection)
      if (!to) return
      // One that is held is waited for. Where there are more, they have a minute, and other collections their turn.
      const patience = this.#unfinished.has(collectionId) ? null : { clock, signal }
      const path = await this.#moveTo(frame, to.path, patience)
      if (path !== null) this.#place(frame, to.rootPath, path) // else changed or gone; a move cut off earlier stays noted
      this.#note(collectionId, frameId, null)
    } catch (error) {
      if (signal.aborted && error === signal.reason) return
      if (collectionId !== null) this.#putOff(collectionId, frameId, error)
      else for (const id of this.#asked.keys()) this.#unfinished.add(id) // nobody can say whose it is
    }
  }

  /**
   * What came to nothing leaves no note behind: until the next try a person may put a file of that name there, or change
   * the one at home, and would be taken for a program that has saved over it half way.
   *
   * @returns where the file is now, or null if it has changed or is gone.
   * @throws what `moveWithin` does.
   */
  async #moveTo(frame: Frame, to: string, patience: Patience | null): Promise<string | null> {
    const noted: string[] = []
    const reserve = (path: string) => {
      const isReserved = this.#ports.frames.moves.reserve(frame, path)
      if (isReserved) noted.push(path)
      return isReserved
    }
    let path: string | null = null
    try {
      path = await moveWithin(frame, to, reserve, patience)
      return path
    } finally {
      const last = noted.at(-1)
      if (path === null && last !== undefined) this.#forget(frame, last)
    }
  }

  /** Where there is something at home and nothing there. The note stays while nobody can say or write: a sweep drops it. */
  #forget(frame: Frame, path: string): void {
    try {
      if (lookAt(frame.path) && isFree(path)) this.#ports.frames.moves.drop(frame.id)
    } catch {
      // as the next sweep finds it
    }
  }

  /**
   * A file that cannot be moved stays where it is, which takes nothing from what is in the bucket; the next start tries
   * again. What is the catalog's fault or another program's passes before long.
   *
   * @param of The frame, or the collection where it is about all of them.
   */
  #putOff(collectionId: string, of: string, error: unknown): void {
    const problem = toProblem(error)
    if (problem.code !== 'file-unreadable') this.#unfinished.add(collectionId)
    this.#note(collectionId, of, problem)
  }

  /**
   * Where neither path has anything, its disk is away, or somebody else has moved it: another sweep looks again.
   *
   * @returns frames of which nobody could find out or write down where their files are.
   */
  #finish({ id, rootPath }: Collection): ReadonlySet<string> {
    const { frames } = this.#ports
    const unsettled = new Set<string>()
    if (rootPath === null) return unsettled
    for (const { frameId, path } of frames.moves.ofCollection(id)) {
      const frame = frameId === this.#moving ? null : frames.find(frameId)
      if (!frame) continue
      try {
        const end = finishMove(frame, path)
        if (end === 'moved') {
          this.#place(frame, rootPath, path)
          this.#note(id, frameId, null)
        } else if (end === 'stayed') frames.moves.drop(frameId) // and what stands in its way may do so still
      } catch (error) {
        this.#putOff(id, frameId, error)
        unsettled.add(frameId)
      }
    }
    return unsettled
  }

  #place(frame: Frame, rootPath: string, path: string): void {
    this.#ports.frames.setPlace(frame.id, { path, relativePath: relative(rootPath, path).replaceAll(sep, '/') })
    this.#ports.onMoved(frame.id)
  }

  #note(collectionId: string, of: string, problem: Problem | null): void {
    this.#change(collectionId, (problems) => {
      if (problem) problems.set(of, problem)
      else problems.delete(of)
    })
  }

  /** What stood in the way of others does so no more. */
  #noteOnly(collectionId: string, frameIds: ReadonlySet<string>): void {
    this.#change(collectionId, (problems) => {
      for (const of of problems.keys()) if (!frameIds.has(of)) problems.delete(of)
    })
  }

  #change(collectionId: string, act: (problems: Map<string, Problem>) => void): void {
    const before = this.problemOf(collectionId)
    const problems = this.#problems.get(collectionId) ?? new Map<string, Problem>()
    act(problems)
    if (problems.size > 0) this.#problems.set(collectionId, problems)
    else this.#problems.delete(collectionId)
    if (before?.detail !== this.problemOf(collectionId)?.detail) this.#ports.onProblem()
  }

  /** Null for what is not to be moved. */
  #placeFor(frame: Frame, { kind, rootPath, rules }: Collection) {
    const { sentFolder } = rules
    if (kind !== 'watch' || rootPath === null || sentFolder === undefined) return null
    if (frame.relativePath.startsWith(`${sentFolder}/`)) return null
    const uploads = this.#ports.uploads.ofFrame(frame.id)
    // "Done" may mean that the person's rule left what was there: that proves nothing of this file.
    if (uploads.length === 0 || uploads.some(({ state }) => state.kind !== 'done')) return null
    return { rootPath, path: join(rootPath, sentFolder, frame.relativePath) }
  }
}
