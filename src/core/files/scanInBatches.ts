import { Worker } from 'node:worker_threads'
import { AppError, assertNever } from '../../shared/errors.ts'
import { entryPath } from '../entryPath.ts'
import type { FrameFile } from './FrameFile.ts'
import { unpackFiles } from './fileBatch.ts'
import type { IgnoreRules } from './ignore.ts'
import type { ScanEnd, ScanMessage, ScanOrder } from './scanWorker.ts'
import type { WalkScope } from './walkFolder.ts'

export type ScanBatchesOptions = {
  readonly ignore: IgnoreRules
  readonly scope: WalkScope
  readonly signal: AbortSignal
  /** Some hundred files at a time, in the order of the walk. What it throws ends the scan. */
  readonly onFiles: (files: ReadonlyArray<FrameFile>) => void
}

/**
 * Walks a folder in a thread of its own, so that 100,000 files do not hold up the caller.
 *
 * @param root Absolute. Taken even if its own name is one that the rules leave out.
 * @returns what is known once all files have been told.
 * @throws AppError `folder-missing`, `folder-unreadable`; `signal.reason` when aborted.
 */
export async function scanInBatches(root: string, options: ScanBatchesOptions): Promise<ScanEnd> {
  const { ignore, scope, signal, onFiles } = options
  signal.throwIfAborted()
  const order: ScanOrder = { root, ignore, scope }
  const worker = new Worker(entryPath('scanWorker'), { workerData: order })
  const { promise, resolve, reject } = Promise.withResolvers<ScanEnd>()
  const stop = (): void => reject(signal.reason)
  signal.addEventListener('abort', stop)
  worker.on('message', (message: ScanMessage) => {
    switch (message.kind) {
      case 'files':
        try {
          if (!signal.aborted) onFiles(unpackFiles(root, message.batch))
        } catch (error) {
          reject(error)
        }
        return
      case 'end':
        return resolve(message.end)
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
