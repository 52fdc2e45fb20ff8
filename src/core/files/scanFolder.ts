import { Worker } from 'node:worker_threads'
import { AppError, assertNever } from '../../shared/errors.ts'
import { entryPath } from '../entryPath.ts'
import type { FileProblem, FrameFile } from './FrameFile.ts'
import { unpackFiles } from './fileBatch.ts'
import type { IgnoreRules } from './ignore.ts'
import type { ScanMessage, ScanOrder } from './scanWorker.ts'

export type ScanResult = {
  /** A folder's own files in natural order of their names, then each of its folders whole. */
  readonly files: ReadonlyArray<FrameFile>
  /** Files and folders the rules left out; a folder counts once. */
  readonly ignored: number
  /** Folders that could not be read, names that are not UTF-8, links that lead out: the rest was scanned. */
  readonly problems: ReadonlyArray<FileProblem>
}

/**
 * Everything in a folder, found in a thread of its own, so that 100,000 files do not hold up the caller.
 *
 * @param root Absolute. Taken even if its own name is one that the rules leave out.
 * @throws AppError `folder-missing`, `folder-unreadable`; `signal.reason` when aborted.
 */
export async function scanFolder(
  root: string,
  options: { readonly ignore: IgnoreRules; readonly signal: AbortSignal }
): Promise<ScanResult> {
  const { ignore, signal } = options
  signal.throwIfAborted()
  const order: ScanOrder = { root, ignore }
  const worker = new Worker(entryPath('scanWorker'), { workerData: order })
  const files: FrameFile[] = []
  const { promise, resolve, reject } = Promise.withResolvers<ScanResult>()
  const stop = (): void => reject(signal.reason)
  signal.addEventListener('abort', stop)
  worker.on('message', (message: ScanMessage) => {
    switch (message.kind) {
      case 'files':
        files.push(...unpackFiles(root, message.batch))
        return
      case 'end':
        return resolve({ files, ignored: message.ignored, problems: message.problems })
      case 'failed':
        return reject(new AppError(message.problem.code, message.problem.detail))
      default:
        return assertNever(message)
    }
  })
  worker.on('error', (error) => reject(new AppError('internal', `The scan of ${root} broke off`, { cause: error })))
  worker.on('exit', () => reject(new AppError('internal', `The scan of ${root} ended early`)))
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', stop)
    await worker.terminate()
  }
}
