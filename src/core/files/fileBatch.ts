import { sep } from 'node:path'
import type { FrameFile } from './FrameFile.ts'

/** Files on their way between threads, in a form that is copied faster than objects are. */
export type FileBatch = {
  readonly relativePaths: ReadonlyArray<string>
  /** Size, mtime in ns, inode and device of each. */
  readonly numbers: BigUint64Array
}

const NUMBERS_PER_FILE = 4

export function packFiles(files: ReadonlyArray<FrameFile>): FileBatch {
  const numbers = new BigUint64Array(files.length * NUMBERS_PER_FILE)
  let at = 0
  for (const { sizeBytes, mtimeNs, ino, dev } of files) {
    numbers[at] = BigInt(sizeBytes)
    numbers[at + 1] = mtimeNs
    numbers[at + 2] = ino
    numbers[at + 3] = dev
    at += NUMBERS_PER_FILE
  }
  return { relativePaths: files.map(({ relativePath }) => relativePath), numbers }
}

/** @param root Absolute: the folder that the relative paths are below. */
export function unpackFiles(root: string, { relativePaths, numbers }: FileBatch): FrameFile[] {
  const inside = root.endsWith(sep) ? root : root + sep
  return relativePaths.map((relativePath, index) => {
    const at = index * NUMBERS_PER_FILE
    return {
      path: inside + relativePath.replaceAll('/', sep),
      relativePath,
      sizeBytes: Number(numbers[at]),
      mtimeNs: BigInt.asIntN(64, numbers[at + 1] ?? 0n), // before 1970 is a time too
      ino: numbers[at + 2] ?? 0n,
      dev: numbers[at + 3] ?? 0n
    }
  })
}
