import { parseArgs } from 'node:util'
import { AppError, type Problem, toProblem } from '../shared/errors.ts'
import { type EngineCallName, engineCalls } from '../shared/ipc/contract.ts'
import { type FromEngine, type PrivateCallName, privateCalls, type ToEngine } from '../shared/ipc/engine.ts'
import type { Mended } from './catalog/mendCatalog.ts'
import type { EngineNotice } from './EngineNotice.ts'
import { createEngine, type Engine } from './engine.ts'

// The engine as a process of its own. Main spawns it with an IPC channel and is the only one it listens to; when that
// channel closes, main is gone and the engine ends too.

const { values } = parseArgs({ options: { home: { type: 'string' } } })
if (!values.home || !process.send)
  throw new Error('The engine is started by Silverdrop, with --home and an IPC channel')

start(values.home)

function start(home: string): void {
  try {
    const engine = createEngine({
      home,
      resumesAll: true,
      onEvent: (name, payload) => send({ kind: 'event', name, payload }),
      onDamage: endDamaged
    })
    process.on('message', (message: ToEngine) => void answer(engine, message))
    process.on('disconnect', () => void engine.close().finally(() => process.exit(0)))
    send({ kind: 'ready' })
    if (engine.mended) send({ kind: 'noted', problem: mendedProblem(engine.mended) })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    process.on('disconnect', () => process.exit(1)) // main hangs up once it has heard why
    send({ kind: 'refused', problem: toProblem(error) })
  }
}

/** At once, so that nothing more is written to a damaged file. Main starts the next engine, which mends it. */
function endDamaged(error: AppError): void {
  console.error(`The catalog is damaged: ${error.message}`)
  process.exit(1)
}

function mendedProblem({ asideAt, collections, frames, isWhole }: Mended): Problem {
  const saved = `${frames} files in ${collections} collections`
  const lost = isWhole ? 'Nothing was lost' : 'Some records could not be read'
  return { code: 'record-damaged', detail: `${lost}; saved: ${saved}. The damaged file is kept: ${asideAt}` }
}

async function answer(engine: Engine, { id, name, input }: ToEngine): Promise<void> {
  try {
    send({ kind: 'reply', id, ok: true, value: await run(engine, name, input) })
  } catch (error) {
    send({ kind: 'reply', id, ok: false, error: loggedProblem(name, error) })
  }
}

/** Main has checked the input already; it is parsed here again, since it crossed a process. */
function run(engine: Engine, name: string, input: unknown): Promise<unknown> {
  if (isKey(engineCalls, name)) return callWith(engine.answers, name, engineCalls[name].input.parse(input))
  if (isKey(privateCalls, name)) return callWith(engine.private, name, privateCalls[name].input.parse(input))
  throw new AppError('bad-request', `The engine does not know ${name}`)
}

/** The schema was picked by the same name as the answer, which TypeScript cannot follow through a union of names. */
function callWith<K extends EngineCallName | PrivateCallName>(
  answers: Partial<Record<K, (input: never) => Promise<unknown>>>,
  name: K,
  input: unknown
): Promise<unknown> {
  const answerOne = answers[name]
  if (!answerOne) throw new AppError('internal', `No answer for ${name}`)
  return answerOne(input as never)
}

function isKey<T extends object>(table: T, name: string): name is Extract<keyof T, string> {
  return Object.hasOwn(table, name)
}

function loggedProblem(name: string, error: unknown): Problem {
  const problem = toProblem(error)
  if (problem.code === 'internal') console.error(`${name}: ${problem.detail}`)
  return problem
}

function send(message: FromEngine | EngineNotice): void {
  // A channel that breaks while this is on its way is told by `disconnect`, and is no reason to end half-way.
  if (process.connected) process.send?.(message, undefined, {}, () => {})
}
