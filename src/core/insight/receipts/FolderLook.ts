import { AppError, type Problem } from '../../../shared/errors.ts'
import type { FileProblem, Fingerprint, FrameFile } from '../../files/FrameFile.ts'

/** The disk, as far as a receipt asks. */
export interface ReceiptDisk {
  /**
   * Everything in a folder but the housekeeping.
   *
   * @throws AppError `folder-missing`, `folder-unreadable`; `signal.reason`.
   */
  scan(
    folder: string,
    signal: AbortSignal
  ): Promise<{ readonly files: ReadonlyArray<FrameFile>; readonly problems: ReadonlyArray<FileProblem> }>
  /** @returns null if no file has that path. @throws AppError `file-unreadable`. */
  look(path: string): Promise<Fingerprint | null>
  /** SHA-256 of the file, lower-case hex. @throws AppError for what cannot be read or changes meanwhile; `signal.reason`. */
  digest(file: Fingerprint & { readonly path: string }, signal: AbortSignal): Promise<string>
}

/** What is at a path. */
export type SeenFile =
  | { readonly kind: 'file'; readonly file: Fingerprint }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly problem: Problem }

/** A folder as it was at one moment; what frames were compared with it, and what is left over. */
export class FolderLook {
  readonly isRead: boolean
  /** Files that were there. */
  readonly files: number
  readonly #files: Map<string, FrameFile>
  readonly #problems: Map<string, Problem>

  constructor(files: ReadonlyArray<FrameFile>, problems: ReadonlyArray<FileProblem>, isRead: boolean) {
    this.#files = new Map(files.map((file) => [file.path, file]))
    this.#problems = new Map(problems.map(({ path, problem }) => [path, problem]))
    this.files = this.#files.size
    this.isRead = isRead
  }

  /** A folder that is not there, or may not be read, is an answer and not a failure. @throws `signal.reason`. */
  static async take(folder: string, disk: ReceiptDisk, signal: AbortSignal): Promise<FolderLook> {
    try {
      const { files, problems } = await disk.scan(folder, signal)
      return new FolderLook(files, problems, true)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof AppError && FOLDER_CODES.has(error.code)) return new FolderLook([], [], false)
      throw error
    }
  }

  /** What the folder shows at the path of a frame; it is not left over then. */
  meet(path: string): SeenFile {
    const problem = this.#problems.get(path)
    const file = this.#files.get(path)
    this.#problems.delete(path)
    this.#files.delete(path)
    if (problem) return { kind: 'unreadable', problem }
    return file ? { kind: 'file', file } : { kind: 'absent' }
  }

  /** Files that no frame was taken of. */
  get untaken(): Iterable<string> {
    return this.#files.keys()
  }

  /** Files and folders that cannot be looked at, and are no frame's. */
  get unread(): Iterable<readonly [path: string, problem: Problem]> {
    return this.#problems.entries()
  }
}

const FOLDER_CODES: ReadonlySet<string> = new Set(['folder-missing', 'folder-unreadable'])
