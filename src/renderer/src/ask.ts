import { AppError } from '../../shared/errors.ts'
import type { CallInput, CallName, CallOutput, WindowApi } from '../../shared/ipc/contract.ts'

/**
 * One question, its failure thrown.
 *
 * @throws AppError with the code of the reply.
 */
export async function ask<K extends CallName>(api: WindowApi, name: K, input: CallInput<K>): Promise<CallOutput<K>> {
  const reply = await api.call(name, input)
  if (!reply.ok) throw new AppError(reply.error.code, reply.error.detail)
  return reply.value
}
