import type { FrameStatus, Totals } from '../../shared/model/frame.ts'
import type { CatalogFrames, StatusCount } from '../catalog/CatalogFrames.ts'
import type { Upload } from '../catalog/records.ts'
import { Throughput } from '../transfer/Throughput.ts'

/** Chips and totals count by these. */
const PLACES: Record<FrameStatus, 'waiting' | 'working' | 'done' | 'needsYou' | 'cancelled'> = {
  settling: 'waiting',
  waiting: 'waiting',
  paused: 'waiting',
  working: 'working',
  done: 'done',
  attention: 'needsYou',
  failed: 'needsYou',
  cancelled: 'cancelled'
}

type Underway = { readonly collectionId: string; readonly sentBytes: number; readonly isOriginal: boolean }

/** Where a frame still counts by what is on the line; in any other place the catalog alone says what it is worth. */
const ON_ITS_WAY: ReadonlyArray<FrameStatus> = ['waiting', 'working', 'paused']

export function noTotals(collectionId: string | null): Totals {
  const none = { frames: 0, waiting: 0, working: 0, done: 0, needsYou: 0, cancelled: 0, totalBytes: 0, doneBytes: 0 }
  return { collectionId, ...none, bytesPerSecond: 0, secondsLeft: null, limitBytesPerSecond: null, hold: null }
}

/** How far everything is: what the catalog counts, and the bytes of what is on the line right now. */
export class Progress {
  readonly #frames: CatalogFrames
  /** By frame, then by upload. */
  readonly #underway = new Map<string, Map<string, Underway>>()
  /** Frames under way that changed since the last measuring: a thousand changes a second are not looked up each. */
  readonly #changed = new Set<string>()
  readonly #frameOf = new Map<string, string>()
  readonly #byCollection = new Map<string, Throughput>()
  readonly #all = new Throughput()

  constructor(frames: CatalogFrames) {
    this.#frames = frames
  }

  sentBytesOf(uploadId: string): number {
    return this.#find(uploadId)?.sentBytes ?? 0
  }

  note(upload: Upload, collectionId: string, sentBytes: number): void {
    const { id, frameId, output } = upload
    const delta = sentBytes - this.sentBytesOf(id)
    this.#throughputOf(collectionId).addSent(delta)
    this.#all.addSent(delta)
    const ofFrame = this.#underway.get(frameId) ?? new Map<string, Underway>()
    this.#underway.set(frameId, ofFrame.set(id, { collectionId, sentBytes, isOriginal: output.kind === 'original' }))
    this.#frameOf.set(id, frameId)
  }

  /**
   * To be told of every change of a frame. What has arrived of it counts until the whole frame has: else the bytes of an
   * original would be gone again while its web copy is made.
   */
  frameChanged(frameId: string): void {
    if (this.#underway.has(frameId)) this.#changed.add(frameId)
  }

  /** The frame begins anew with another version of the file: what was sent of the old one counts no more. */
  forget(frameId: string): void {
    for (const id of this.#underway.get(frameId)?.keys() ?? []) this.#frameOf.delete(id)
    this.#underway.delete(frameId)
  }

  /**
   * Measures once more.
   *
   * @param limitBytesPerSecond What the person allows at this hour; null: no limit.
   * @returns totals of each collection, and of all together (`collectionId` null) first.
   */
  measure(nowMs: number, hold: Totals['hold'], limitBytesPerSecond: number | null = null): ReadonlyArray<Totals> {
    const onTheirWay = this.#frames.among([...this.#changed], ON_ITS_WAY)
    for (const id of this.#changed) if (!onTheirWay.has(id)) this.forget(id)
    this.#changed.clear()
    const counts = this.#frames.counts()
    const ids = [...new Set(counts.map(({ collectionId }) => collectionId))]
    const now = { nowMs, hold, limitBytesPerSecond }
    return [
      this.#totals(null, counts, this.#all, now),
      ...ids.map((id) => {
        const own = counts.filter(({ collectionId }) => collectionId === id)
        return this.#totals(id, own, this.#throughputOf(id), now)
      })
    ]
  }

  #totals(
    collectionId: string | null,
    counts: ReadonlyArray<StatusCount>,
    throughput: Throughput,
    { nowMs, hold, limitBytesPerSecond }: { nowMs: number } & Pick<Totals, 'hold' | 'limitBytesPerSecond'>
  ): Totals {
    const sums = { waiting: 0, working: 0, done: 0, needsYou: 0, cancelled: 0 }
    let totalBytes = 0
    let doneBytes = 0
    for (const { status, frames, bytes } of counts) {
      sums[PLACES[status]] += frames
      if (status !== 'cancelled') totalBytes += bytes
      if (status === 'done' || status === 'attention') doneBytes += bytes
    }
    for (const upload of [...this.#underway.values()].flatMap((ofFrame) => [...ofFrame.values()])) {
      if (upload.isOriginal && (collectionId === null || upload.collectionId === collectionId))
        doneBytes += upload.sentBytes
    }
    doneBytes = Math.min(doneBytes, totalBytes)
    const isMoving = sums.working > 0 && hold === null
    if (isMoving) throughput.sample(nowMs, doneBytes)
    else throughput.reset()
    return {
      collectionId,
      frames: sums.waiting + sums.working + sums.done + sums.needsYou + sums.cancelled,
      ...sums,
      totalBytes,
      doneBytes,
      bytesPerSecond: isMoving ? throughput.bytesPerSecond : 0,
      secondsLeft: isMoving ? throughput.secondsLeft(totalBytes - doneBytes) : null,
      limitBytesPerSecond,
      hold: sums.waiting + sums.working > 0 ? hold : hold === 'paused' ? 'paused' : null
    }
  }

  #find(uploadId: string): Underway | undefined {
    return this.#underway.get(this.#frameOf.get(uploadId) ?? '')?.get(uploadId)
  }

  #throughputOf(collectionId: string): Throughput {
    const known = this.#byCollection.get(collectionId)
    if (known) return known
    const throughput = new Throughput()
    this.#byCollection.set(collectionId, throughput)
    return throughput
  }
}
