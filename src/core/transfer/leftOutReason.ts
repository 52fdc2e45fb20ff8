import { AppError } from '../../shared/errors.ts'
import type { SelectionRules } from '../../shared/model/selection.ts'
import type { Darkroom } from '../images/Darkroom.ts'
import type { FrameFacts } from '../images/FrameFacts.ts'
import { findSidecar } from '../shots/findSidecar.ts'
import { asksForMarks, leftOutByKind, leftOutByMarks, type Marks, NO_MARKS } from '../shots/leftOutBy.ts'

/**
 * Why the rules leave out a frame that has been opened, in words; null if it goes.
 *
 * @throws AppError `file-unreadable` if its sidecar cannot be read.
 */
export async function leftOutReason(
  path: string,
  facts: FrameFacts,
  rules: SelectionRules,
  darkroom: Pick<Darkroom, 'inspect'>,
  signal: AbortSignal
): Promise<string | null> {
  const byKind = leftOutByKind(rules, facts.kind)
  if (byKind !== null || !asksForMarks(rules)) return byKind
  return leftOutByMarks(rules, await readMarks(path, facts, darkroom, signal))
}

/** A sidecar's notes are newer than those inside: most programs never write into a RAW. */
async function readMarks(
  path: string,
  facts: FrameFacts,
  darkroom: Pick<Darkroom, 'inspect'>,
  signal: AbortSignal
): Promise<Marks> {
  const isSidecar = facts.kind === 'sidecar'
  const sidecar = isSidecar && facts.marks ? null : await findSidecar(path, isSidecar)
  const noted = sidecar === null ? null : await inspectIfThere(sidecar, darkroom, signal)
  return noted?.marks ?? facts.marks ?? NO_MARKS
}

async function inspectIfThere(path: string, darkroom: Pick<Darkroom, 'inspect'>, signal: AbortSignal) {
  try {
    return await darkroom.inspect(path, signal)
  } catch (error) {
    if (error instanceof AppError && error.code === 'file-missing') return null
    throw error
  }
}
