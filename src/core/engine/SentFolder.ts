import { existsSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { AppError, type Problem, toProblem } from '../../shared/errors.ts'
import type { Collection } from '../../shared/model/collection.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Frame } from '../catalog/records.ts'
import { isAt, moveWithin, removeReserved } from '../files/moveWithin.ts'

export type SentFolderPorts = {
  readonly frames: CatalogFrames
  readonly uploads: CatalogUploads
  /** Null for one that is paused, was taken off the list, or is another engine's: its files stay where they are. */
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
  /** Collections of which the catalog could not be told something, or could tell nothing. */
  readonly #unfinished = new Set<string>()
  readonly #problems = new Map<string, Problem>()
  #working: Promise<void> | null = null
  /** The frame whose file is being moved at this moment. */
  #moving: string | null = null
  #isClosed = false

  constructor(ports: SentFolderPorts) {
    this.#ports = ports
  }

  /** Something may have become of the frame. Asked of every frame that is sent, and mostly nobody wants it moved. */
  frameChanged(frameId: string): void {
    if (this.#isClosed || this.#asked.size === 0 || this.#ports.frames.statusOf(frameId) !== 'done') return
    this.#waiting.add(frameId)
    this.#working ??= this.#work()
  }

  /** Why files of a collection could not be moved the last time; null where they could. */
  problemOf(collectionId: string): Problem | null {
    return this.#problems.get(collectionId) ?? null
  }

  /**
   * Files that were proved while nobody moved them: when this engine takes the collection, when its folder is back, and
   * when its rules change. A move that was cut off is finished first, and before this returns: until then its frame is
   * not where the catalog says. Where the catalog cannot be written, `lookAgain` does it.
   */
  sweep(collection: Collection): void {
    const { id, kind, rules } = collection
    if (kind !== 'watch') return
    const { sentFolder } = rules
    if (sentFolder === undefined) this.#asked.delete(id)
    else this.#asked.set(id, sentFolder)
    try {
      this.#finish(collection)
      if (this.#unfinished.delete(id)) this.#note(id, null)
      if (sentFolder === undefined) return
      for (const frameId of this.#ports.frames.doneOutside(id, sentFolder)) this.frameChanged(frameId)
    } catch (error) {
      this.#putOff(id, error)
    }
  }

  /**
   * To be called every minute: what the catalog would not take, and rules that another engine has written.
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
    this.#isClosed = true
    this.#waiting.clear()
    await this.#working
  }

  async #work(): Promise<void> {
    for (const frameId of this.#waiting) {
      this.#waiting.delete(frameId)
      this.#moving = frameId
      await this.#move(frameId)
    }
    this.#moving = null
    this.#working = null
  }

  async #move(frameId: string): Promise<void> {
    const { frames, collectionOf } = this.#ports
    let collectionId: string | null = null
    try {
      const frame = frames.find(frameId)
      if (!frame || !this.#asked.has(frame.collectionId)) return
      collectionId = frame.collectionId
      const collection = collectionOf(collectionId)
      if (!collection) return
      const to = this.#placeFor(frame, collection)
      if (!to) return
      const path = await moveWithin(frame, to.path, (tried) => frames.moves.reserve(frame, tried))
      this.#note(collectionId, null)
      if (path === null) return // changed or gone; a move that was cut off earlier stays noted
      this.#place(frame, to.rootPath, path)
    } catch (error) {
      this.#putOff(collectionId, error)
    }
  }

  /**
   * A file that cannot be moved stays where it is, which takes nothing from what is in the bucket; the next start tries
   * again. What is the catalog's fault passes before long.
   */
  #putOff(collectionId: string | null, error: unknown): void {
    if (!(error instanceof AppError)) throw error
    if (collectionId === null) return
    if (error.code !== 'file-unreadable') this.#unfinished.add(collectionId)
    this.#note(collectionId, toProblem(error))
  }

  /** Where neither path has anything, its disk is away, or somebody else has moved it: another sweep looks again. */
  #finish({ id, rootPath }: Collection): void {
    const { frames } = this.#ports
    if (rootPath === null) return
    for (const { frameId, path } of frames.moves.ofCollection(id)) {
      if (frameId === this.#moving) continue
      const frame = frames.find(frameId)
      if (frame && !isAt(frame, frame.path) && isAt(frame, path)) {
        this.#place(frame, rootPath, path)
      } else if (!frame || existsSync(frame.path)) {
        removeReserved(path)
        frames.moves.drop(frameId)
      }
    }
  }

  #place(frame: Frame, rootPath: string, path: string): void {
    this.#ports.frames.setPlace(frame.id, { path, relativePath: relative(rootPath, path).replaceAll(sep, '/') })
    this.#ports.onMoved(frame.id)
  }

  #note(collectionId: string, problem: Problem | null): void {
    const before = this.problemOf(collectionId)
    if (problem) this.#problems.set(collectionId, problem)
    else this.#problems.delete(collectionId)
    if (before?.detail !== problem?.detail) this.#ports.onProblem()
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
