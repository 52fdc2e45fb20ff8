// A thread for one scan: walks, sends what it meets in batches, ends.
import { parentPort, workerData } from 'node:worker_threads'
import { AppError, type Problem, toProblem } from '../../shared/errors.ts'
import type { FileProblem, FrameFile } from './FrameFile.ts'
import { type FileBatch, packFiles } from './fileBatch.ts'
import { createIgnore, type IgnoreRules } from './ignore.ts'
import { walkFolder } from './walkFolder.ts'

export type ScanOrder = { readonly root: string; readonly ignore: IgnoreRules }

export type ScanMessage =
  | { readonly kind: 'files'; readonly batch: FileBatch }
  | { readonly kind: 'end'; readonly ignored: number; readonly problems: ReadonlyArray<FileProblem> }
  | { readonly kind: 'failed'; readonly problem: Problem }

/** So many that messages are few, so few that taking one in costs the receiver about a millisecond. */
const BATCH_FILES = 500

const port = parentPort
if (!port) throw new AppError('internal', 'scanWorker runs as a worker thread')
const post = (message: ScanMessage): void => port.postMessage(message)
const postFiles = (): void => post({ kind: 'files', batch: packFiles(files) })

const { root, ignore } = workerData as ScanOrder // written by scanFolder, and by nobody else
let files: FrameFile[] = []
let ignored = 0
const problems: FileProblem[] = []

try {
  walkFolder(root, createIgnore(ignore), {
    onFile: (file) => {
      files.push(file)
      if (files.length < BATCH_FILES) return
      postFiles()
      files = []
    },
    onIgnored: () => {
      ignored += 1
    },
    onProblem: (problem) => problems.push(problem)
  })
  postFiles()
  post({ kind: 'end', ignored, problems })
} catch (error) {
  post({ kind: 'failed', problem: toProblem(error) })
}
