import { type Answers, type EngineCallName, engineCalls } from '../../shared/ipc/contract.ts'
import type { EngineProcess } from '../engine/EngineProcess.ts'

/** Passes the engine's part of the contract on to it. */
export function engineAnswers(engine: EngineProcess): Answers<EngineCallName> {
  const names = Object.keys(engineCalls) as EngineCallName[]
  const entries = names.map((name) => [name, (input: never) => engine.ask(name, input)])
  return Object.fromEntries(entries) as Answers<EngineCallName> // one entry for each name, by construction
}
