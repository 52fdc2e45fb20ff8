import type { IpcMainInvokeEvent } from 'electron/main'
import { AppError, toProblem } from '../../shared/errors.ts'
import {
  type Answers,
  type CallInput,
  type CallName,
  type CallOutput,
  calls,
  type Reply
} from '../../shared/ipc/contract.ts'
import { requireOwnMainFrame } from './requireOwnMainFrame.ts'

export type Handler<K extends CallName> = (
  event: Pick<IpcMainInvokeEvent, 'senderFrame'>,
  raw: unknown
) => Promise<Reply<CallOutput<K>>>

/** What stands behind a channel: who asks is checked, what is asked is parsed, and a failure goes back as a value. */
export function createHandler<K extends CallName>(name: K, answers: Answers<K>, page: URL): Handler<K> {
  return async (event, raw) => {
    try {
      requireOwnMainFrame(event.senderFrame, page)
      return { ok: true, value: await answers[name](parseInput(name, raw)) }
    } catch (error) {
      return { ok: false, error: toProblem(error) }
    }
  }
}

/** @throws AppError `bad-request`, which names what is wrong but quotes nothing: the input may hold a secret. */
function parseInput<K extends CallName>(name: K, raw: unknown): CallInput<K> {
  try {
    return calls[name].input.parse(raw) as CallInput<K> // zod cannot see that K picks the schema
  } catch (cause) {
    throw new AppError('bad-request', `${name} was asked in a way that is not in the contract`, { cause })
  }
}
