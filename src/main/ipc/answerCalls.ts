import { ipcMain } from 'electron/main'
import { type Answers, type CallName, calls } from '../../shared/ipc/contract.ts'
import { createHandler } from './createHandler.ts'

/** Answers every call of the contract, each exactly once. After this the window may open. */
export function answerCalls(answers: Answers<CallName>, page: URL): void {
  for (const name of Object.keys(calls) as CallName[]) ipcMain.handle(name, createHandler(name, answers, page))
}
