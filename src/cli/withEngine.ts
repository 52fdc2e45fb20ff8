import { EventEmitter } from 'node:events'
import { createEngine, type Engine } from '../core/engine.ts'
import { AppError } from '../shared/errors.ts'
import type { EventName, EventPayload } from '../shared/ipc/contract.ts'
import type { Account } from '../shared/model/account.ts'
import type { CollectionRules } from '../shared/model/collection.ts'
import { chooseAccount } from './chooseAccount.ts'
import { homeFolder } from './homeFolder.ts'
import { Output, type Streams } from './output.ts'

/** What a command works with. */
export type Session = {
  readonly engine: Engine
  readonly account: Account
  /** What the app's settings give a new collection. */
  readonly newCollection: CollectionRules
  readonly output: Output
  /** Aborted by Ctrl+C and by the end of a terminal. */
  readonly signal: AbortSignal
  readonly onEvent: <K extends EventName>(name: K, listener: (payload: EventPayload<K>) => void) => void
}

export type CommonOptions = { readonly json?: boolean; readonly account?: string }

export type Environment = {
  readonly env: NodeJS.ProcessEnv
  readonly platform: NodeJS.Platform
  readonly streams: Streams
  readonly signal: AbortSignal
}

/** Starts the engine on the chosen account, runs a command and ends the engine, whatever happens. */
export async function withEngine<T>(
  options: CommonOptions,
  environment: Environment,
  act: (session: Session) => Promise<T>
): Promise<T> {
  const home = homeFolder(environment.env, environment.platform)
  const config = chooseAccount(home, environment.env, options.account ?? null)
  const account = config.accounts[0]?.account
  if (!account) throw new AppError('internal', 'An account was chosen and is not there')
  const output = new Output(options.json ?? false, environment.streams)
  const events = new EventEmitter()
  const engine = createEngine({
    home,
    resumesAll: false,
    isHeard: (name) => events.listenerCount(name) > 0,
    onEvent: (name, payload) => events.emit(name, payload)
  })
  if (engine.mended) {
    const { asideAt, frames, isWhole } = engine.mended
    const lost = isWhole ? '' : ' Some of its records could not be read.'
    output.words(
      `The catalog was damaged; ${frames} files in it were saved.${lost} The damaged file is kept: ${asideAt}`
    )
  }
  try {
    await engine.private['engine:configure'](config)
    const { signal } = environment
    return await act({
      engine,
      account,
      newCollection: config.newCollection,
      output,
      signal,
      onEvent: (name, listener) => events.on(name, listener)
    })
  } finally {
    output.clearBar()
    await engine.close()
  }
}
