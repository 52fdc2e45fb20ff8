import type { Page } from '@playwright/test'
import type { CallInput, CallName, CallOutput, Reply } from '../../src/shared/ipc/contract.ts'

/** Asks over the window's own bridge. @throws where the answer is a refusal. */
export async function ask<K extends CallName>(page: Page, name: K, input: CallInput<K>): Promise<CallOutput<K>> {
  const reply: Reply<CallOutput<K>> = await page.evaluate(
    (question) => Reflect.get(globalThis, 'silverdrop').call(question.name, question.input),
    { name, input }
  )
  if (!reply.ok) throw new Error(`${name}: ${reply.error.code}: ${reply.error.detail}`)
  return reply.value
}
