import { AppError, type Problem } from '../../shared/errors.ts'
import { folderProblemOf, problemOf } from './systemProblem.ts'

/**
 * What the disk threw, in our words.
 *
 * @returns AppError `file-missing`, `file-unreadable` or `disk-full`; what is no system error is returned as it is.
 */
export function toFileError(error: unknown, path: string): unknown {
  return toAppError(problemOf(error, path), error)
}

/** The same for a folder. @returns AppError `folder-missing` or `folder-unreadable`, or the error as it is. */
export function toFolderError(error: unknown, path: string): unknown {
  return toAppError(folderProblemOf(error, path), error)
}

function toAppError(problem: Problem | null, cause: unknown): unknown {
  return problem ? new AppError(problem.code, problem.detail, { cause }) : cause
}
