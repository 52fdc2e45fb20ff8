import { toProblem } from '../../../shared/errors.ts'
import { GiB } from '../../../shared/units.ts'
import type { Fingerprint } from '../../files/FrameFile.ts'
import type { ReceiptDisk, SeenFile } from './FolderLook.ts'
import type { DiskLook } from './judgeFrame.ts'
import type { ReceiptFrame } from './ReceiptRows.ts'

/** So much is read without a second thought. */
const ALWAYS_READ_BYTES = GiB

/** A frame of which size and time do not say enough. */
export type Unclear = { readonly frame: ReceiptFrame; readonly file: Fingerprint }

/**
 * Whether what is at a frame's path is the file that was taken. `unclear`: size and time are the same and the inode is
 * not, so that it may be another file put in its place, or the same on a card that was connected again: FAT and exFAT
 * make inodes up anew each time (photo-facts §4.3).
 */
export function compareFile(frame: ReceiptFrame, seen: SeenFile): DiskLook | ({ readonly kind: 'unclear' } & Unclear) {
  if (seen.kind !== 'file') return seen
  const { file } = seen
  if (file.sizeBytes !== frame.sizeBytes || file.mtimeNs !== frame.mtimeNs) return { kind: 'changed' }
  return file.ino === frame.ino ? { kind: 'same' } : { kind: 'unclear', frame, file }
}

/**
 * Looks into files that are unclear: their bytes are read and compared. Where most files of the collection are, and they
 * are more than 1 GiB, it is the disk that makes its inodes up, and size and time decide.
 *
 * @param others Files of the collection whose inodes are as they were.
 * @throws `signal.reason`.
 */
export async function compareUnclear(
  unclear: ReadonlyArray<Unclear>,
  others: number,
  disk: ReceiptDisk,
  signal: AbortSignal
): Promise<ReadonlyArray<{ readonly frame: ReceiptFrame; readonly look: DiskLook }>> {
  const bytes = unclear.reduce((sum, { file }) => sum + file.sizeBytes, 0)
  const areInodesMadeUp = bytes > ALWAYS_READ_BYTES && unclear.length > others
  const compared: Array<{ frame: ReceiptFrame; look: DiskLook }> = []
  for (const one of unclear) {
    const look: DiskLook = areInodesMadeUp ? { kind: 'same' } : await compareBytes(one, disk, signal)
    compared.push({ frame: one.frame, look })
  }
  return compared
}

async function compareBytes({ frame, file }: Unclear, disk: ReceiptDisk, signal: AbortSignal): Promise<DiskLook> {
  const { path, sha256 } = frame
  if (sha256 === null) return { kind: 'changed' } // it was never read whole, so it is not proved either
  try {
    return { kind: (await disk.digest({ ...file, path }, signal)) === sha256 ? 'same' : 'changed' }
  } catch (error) {
    signal.throwIfAborted()
    return { kind: 'unreadable', problem: toProblem(error) }
  }
}
