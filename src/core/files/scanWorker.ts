// A thread for one scan: walks, sends what it meets in batches, ends.
import { parentPort, workerData } from 'node:worker_threads'
import type { Problem } from '../../shared/errors.ts'
import type { FileProblem, FrameFile } from './FrameFile.ts'
import { type FileBatch, packFiles } from './fileBatch.ts'
import type { FolderStamp, FolderStamps } from './folderStamp.ts'
import { createIgnore, type IgnoreRules } from './ignore.ts'
import { type WalkScope, walkFolder } from './walkFolder.ts'

export type ScanOrder = { readonly root: string; readonly ignore: IgnoreRules; readonly scope: WalkScope }

/** What a scan knows at its end. */
export type ScanEnd = {
  /** Files whose content is not on this computer. */
  readonly placeholders: ReadonlyArray<FrameFile>
  /** Files and folders the rules left out; a folder counts once. */
  readonly ignored: number
  /** Folders that could not be read, names that are not UTF-8, links that lead out: the rest was scanned. */
  readonly problems: ReadonlyArray<FileProblem>
  /** The folders that were looked at. */
  readonly folders: FolderStamps
}

export type ScanMessage =
  | { readonly kind: 'files'; readonly batch: FileBatch }
  | { readonly kind: 'end'; readonly end: ScanEnd }
  | { readonly kind: 'failed'; readonly problem: Problem }

/** So many that messages are few, so few that taking one in costs the receiver about a millisecond. */
const BATCH_FILES = 500

const port = parentPort
if (!port) throw new Error('scanWorker runs as a worker thread')
const post = (message: ScanMessage): void => port.postMessage(message)

const { root, ignore, scope } = workerData as ScanOrder // written by scanInBatches, and by nobody else
let files: FrameFile[] = []
let ignored = 0
const placeholders: FrameFile[] = []
const problems: FileProblem[] = []
const folders = new Map<string, FolderStamp>()

const visitor = {
  onFolder: (relativePath: string, stamp: FolderStamp) => void folders.set(relativePath, stamp),
  onFile: (file: FrameFile) => {
    files.push(file)
    if (files.length < BATCH_FILES) return
    post({ kind: 'files', batch: packFiles(files) })
    files = []
  },
  onPlaceholder: (file: FrameFile) => void placeholders.push(file),
  onIgnored: () => {
    ignored += 1
  },
  onProblem: (problem: FileProblem) => void problems.push(problem)
}
const problem = walkFolder(root, createIgnore(ignore), visitor, scope)
if (files.length > 0) post({ kind: 'files', batch: packFiles(files) })
post(problem ? { kind: 'failed', problem } : { kind: 'end', end: { placeholders, ignored, problems, folders } })
