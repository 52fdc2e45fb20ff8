import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { AppError } from '../../shared/errors.ts'
import { partPath } from './partPath.ts'

/**
 * Writes a file by way of a temporary name: it is whole or absent.
 *
 * @param amend Changes the file before it gets its name; given its temporary path.
 * @returns its size in bytes.
 * @throws AppError `disk-full`, or `internal` for a folder that cannot be written to; what `amend` throws.
 */
export async function writeWhole(
  path: string,
  bytes: Buffer,
  amend: (part: string) => Promise<void> = async () => {}
): Promise<number> {
  const part = partPath(path)
  try {
    await writeFile(part, bytes)
    await amend(part)
    const { size } = await stat(part)
    await rename(part, path)
    return size
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined) // what failed first is what counts
    if (error instanceof AppError) throw error
    const code = error instanceof Error && 'code' in error ? error.code : null
    const isFull = code === 'ENOSPC' || code === 'EDQUOT'
    throw new AppError(isFull ? 'disk-full' : 'internal', `Could not write ${path}`, { cause: error })
  }
}
