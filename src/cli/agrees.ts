import { createInterface } from 'node:readline/promises'
import { AppError } from '../shared/errors.ts'

/** Whether somebody is there to be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true
}

/** Asks on the terminal; no is the answer unless it is yes. @throws AppError `bad-request` where nobody is there to be asked. */
export async function agrees(question: string): Promise<boolean> {
  if (!canAsk()) throw new AppError('bad-request', `${question} Say so with --yes`)
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim())
  } finally {
    lines.close()
  }
}
