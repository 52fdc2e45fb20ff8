import type { FrameFile } from './FrameFile.ts'
import type { IgnoreRules } from './ignore.ts'
import { scanInBatches } from './scanInBatches.ts'
import type { ScanEnd } from './scanWorker.ts'

export type ScanResult = Omit<ScanEnd, 'folders'> & {
  /** A folder's own files in natural order of their names, then each of its folders whole. */
  readonly files: ReadonlyArray<FrameFile>
}

/**
 * Everything in a folder.
 *
 * @param root Absolute. Taken even if its own name is one that the rules leave out.
 * @throws AppError `folder-missing`, `folder-unreadable`; `signal.reason` when aborted.
 */
export async function scanFolder(
  root: string,
  options: { readonly ignore: IgnoreRules; readonly signal: AbortSignal }
): Promise<ScanResult> {
  const files: FrameFile[] = []
  const { placeholders, ignored, problems } = await scanInBatches(root, {
    ...options,
    scope: { kind: 'everything' },
    onFiles: (batch) => void files.push(...batch)
  })
  return { files, placeholders, ignored, problems }
}
