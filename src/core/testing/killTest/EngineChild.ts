import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallInput, CallOutput, EngineCallName } from '../../../shared/ipc/contract.ts'
import type { EngineConfig, FromEngine } from '../../../shared/ipc/engine.ts'
import { entryPath } from '../../entryPath.ts'

type Reply = Extract<FromEngine, { kind: 'reply' }>

/** The engine as main runs it: a process of its own, asked over its IPC channel. */
export class EngineChild {
  readonly child: ChildProcess
  /** What the process said before it was configured, or that it ended. */
  readonly firstMessage: Promise<unknown>
  readonly exit: Promise<unknown>
  #lastId = 0
  readonly #open = new Map<number, { resolve: (reply: Reply) => void; reject: (error: Error) => void }>()

  constructor(home: string) {
    this.child = spawn(process.execPath, [entryPath('engine'), '--home', home], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
      env: { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'), ...process.env } // many starts, at half the cost
    })
    this.exit = once(this.child, 'exit')
    this.firstMessage = Promise.race([once(this.child, 'message').then(([message]) => message), this.exit])
    this.child.on('message', (message: FromEngine) => {
      if (message.kind === 'reply') this.#open.get(message.id)?.resolve(message)
    })
    void this.exit.then(() => {
      for (const { reject } of this.#open.values()) reject(new Error('The engine ended'))
    })
  }

  /** Waits for its first word and configures it. */
  static async start(home: string, config: EngineConfig): Promise<EngineChild> {
    const engine = new EngineChild(home)
    await engine.firstMessage
    await engine.ask('engine:configure', config)
    return engine
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  /** @throws Error with the code and the detail of the answer, or that the engine ended. */
  async ask(name: string, input: unknown): Promise<unknown> {
    this.#lastId += 1
    const id = this.#lastId
    const answer = new Promise<Reply>((resolve, reject) => this.#open.set(id, { resolve, reject }))
    if (!this.isAlive) throw new Error('The engine ended')
    this.child.send({ kind: 'call', id, name, input }, () => {}) // a closed channel is told by the exit that follows
    const reply = await answer
    if (!reply.ok) throw new Error(`${name}: ${reply.error.code} ${reply.error.detail}`)
    return reply.value
  }

  call<K extends EngineCallName>(name: K, input: CallInput<K>): Promise<CallOutput<K>> {
    return this.ask(name, input) as Promise<CallOutput<K>>
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.exit
  }

  /** As when main ends: the channel closes. @returns the exit status. */
  async leave(): Promise<number | null> {
    this.child.disconnect()
    await this.exit
    return this.child.exitCode
  }
}
