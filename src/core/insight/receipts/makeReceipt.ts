import { setImmediate as nextTurn } from 'node:timers/promises'
import { toProblem } from '../../../shared/errors.ts'
import type { Lack, Receipt } from '../../../shared/model/receipt.ts'
import { compareFile, compareUnclear, type Unclear } from './compareFiles.ts'
import { FolderLook, type ReceiptDisk, type SeenFile } from './FolderLook.ts'
import { isWithin } from './isWithin.ts'
import { type DiskLook, type JudgePorts, judgeFrame, lacksOf, type ReceiptLine, wholeFile } from './judgeFrame.ts'
import { ReceiptLines } from './ReceiptLines.ts'
import type { ReceiptFrame, ReceiptRows } from './ReceiptRows.ts'

/** Frames read from the catalog and judged before everything else gets a turn: some 10 ms. */
const BATCH = 250

/** What belongs to a receipt. */
export type ReceiptScope = {
  readonly collectionId: string
  /** The folder to compare, spelt as in the paths of its frames; null where the collection has none. */
  readonly folder: string | null
  /** Only what lies in `folder` belongs to it, and not the whole collection. */
  readonly isPart: boolean
}

export type ReceiptPorts = JudgePorts & { readonly rows: ReceiptRows; readonly disk: ReceiptDisk }

/** What was found: the sums and lacks of a receipt, and a line for each object. */
export type Findings = Pick<
  Receipt,
  'frames' | 'proved' | 'provedBytes' | 'objects' | 'isSafe' | 'isFolderRead' | 'lacks'
> & { readonly lines: ReceiptLines }

/**
 * Judges every file that was taken, and every file that lies in the folder.
 *
 * The disk comes first: a file that changes after that is on its way again when the catalog is read, and what comes later
 * is not in the receipt. Nothing is concluded from a folder that is not there or has nothing in it: an empty mount point
 * is not an empty card.
 *
 * @throws `signal.reason`.
 */
export async function makeReceipt(scope: ReceiptScope, ports: ReceiptPorts, signal: AbortSignal): Promise<Findings> {
  const { folder } = scope
  const { disk } = ports
  const look = folder === null ? null : await FolderLook.take(folder, disk, signal)
  const lines = new ReceiptLines()
  const lacks: Lack[] = []
  const unclear: Unclear[] = []
  const sums = { frames: 0, proved: 0, provedBytes: 0, objects: 0 }
  let framesInFolder = 0
  let framesAsTheyWere = 0

  for await (const frames of batchesOf(scope, ports.rows, signal)) {
    for (const { frame, seen } of await Promise.all(frames.map(lookAt))) {
      const compared = compareFile(frame, seen)
      if (compared.kind === 'same') framesAsTheyWere += 1
      if (compared.kind === 'unclear') unclear.push(compared)
      else judge(frame, compared)
    }
  }
  for (const one of await compareUnclear(unclear, framesAsTheyWere, disk, signal)) judge(one.frame, one.look)
  for (const path of look?.untaken ?? []) addFile({ ...wholeFile(null, path), reason: 'not-taken' })
  for (const [path, problem] of look?.unread ?? []) {
    addFile({ ...wholeFile(null, path), reason: 'unreadable', problem })
  }
  const isFolderRead = look === null ? null : look.isRead && (look.files > 0 || framesInFolder === 0)
  // An empty folder may be a card that is not there, whatever was taken from elsewhere into its collection.
  const isSafe = isFolderRead === true && look !== null && look.files > 0 && sums.frames > 0 && lacks.length === 0
  return { ...sums, isSafe, isFolderRead, lacks, lines }

  async function lookAt(frame: ReceiptFrame): Promise<{ frame: ReceiptFrame; seen: SeenFile }> {
    if (!look || folder === null || !isWithin(frame.path, folder))
      return { frame, seen: await lookAlone(frame.path, disk) }
    framesInFolder += 1
    return { frame, seen: look.meet(frame.path) }
  }

  function judge(frame: ReceiptFrame, shown: DiskLook): void {
    const judged = judgeFrame(frame, shown, ports)
    for (const line of judged.lines) lines.add(line)
    for (const lack of judged.lacks) lacks.push(lack)
    sums.frames += 1
    sums.objects += frame.uploads.length
    if (judged.lacks.length > 0) return
    sums.proved += 1
    sums.provedBytes += frame.sizeBytes
  }

  function addFile(line: ReceiptLine): void {
    sums.frames += 1
    lines.add(line)
    lacks.push(...lacksOf([line]))
  }
}

/** The frames that belong to it, in the order of arrival, with a turn for everything else between two batches. */
export async function* batchesOf(
  { collectionId, folder, isPart }: ReceiptScope,
  rows: ReceiptRows,
  signal: AbortSignal
): AsyncGenerator<ReadonlyArray<ReceiptFrame>> {
  let afterSeq = 0
  for (;;) {
    signal.throwIfAborted()
    const frames = rows.framesAfter(collectionId, afterSeq, BATCH)
    const last = frames.at(-1)
    if (!last) return
    afterSeq = last.seq
    yield isPart ? frames.filter(({ path }) => folder !== null && isWithin(path, folder)) : frames
    await nextTurn()
  }
}

/** A file that lies in no folder of the collection's. */
async function lookAlone(path: string, disk: ReceiptDisk): Promise<SeenFile> {
  try {
    const file = await disk.look(path)
    return file ? { kind: 'file', file } : { kind: 'absent' }
  } catch (error) {
    return { kind: 'unreadable', problem: toProblem(error) }
  }
}
