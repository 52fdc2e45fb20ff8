import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { _electron, type Browser, chromium, type ElectronApplication, type Page } from '@playwright/test'
import type { FromHost, ToHost } from './host/messages.ts'

const root = join(import.meta.dirname, '..')
const entry = join(root, 'out', 'main', 'index.js')

export type Modules = typeof Electron.CrossProcessExports

export type LaunchedApp = {
  readonly page: Page
  /** Runs a function in main; it sees Electron's modules and `arg`, and nothing of the test around it. */
  readonly main: { evaluate<R, A>(run: (modules: Modules, arg: A) => R | Promise<R>, arg: A): Promise<R> }
  readonly which: Which
  /** Quits as a person would, and waits for the end. */
  close(): Promise<void>
  /** SIGKILL, to main alone. */
  kill(): Promise<void>
  /** Of the engine, while there is one. */
  enginePid(): number | null
  /** What main printed so far. */
  output(): string
}
export type Which = 'electron' | 'host'

export type LaunchOptions = {
  /** A folder of this app's own: settings, secrets, catalog. */
  readonly home: string
  readonly env?: Readonly<Record<string, string>>
  /** Words on the command line. */
  readonly args?: ReadonlyArray<string>
}

/** The Electron binary, where one is installed; never downloads it, as `require('electron')` would. */
export function findElectron(): string | null {
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  const nameFile = join(folder, 'path.txt')
  const name = existsSync(nameFile) ? readFileSync(nameFile, 'utf8') : 'electron'
  const path = join(process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(folder, 'dist'), name)
  return existsSync(path) ? path : null
}

/** Starts the built app: in Electron where there is one, else in the stand-in of `host/`. */
export function launchApp({ home, env = {}, args = [] }: LaunchOptions): Promise<LaunchedApp> {
  const electron = findElectron()
  const wholeEnv = { ...inheritedEnvironment(), ...env, SILVERDROP_HOME: home }
  return electron ? launchElectron(electron, wholeEnv, args) : launchHost(wholeEnv, args)
}

/** The accounts of the machine that runs the tests are not to be uploaded to. */
function inheritedEnvironment(): Record<string, string> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('R2_'))
  return Object.fromEntries(own.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

async function launchElectron(
  executablePath: string,
  env: Record<string, string>,
  args: ReadonlyArray<string>
): Promise<LaunchedApp> {
  const app: ElectronApplication = await _electron.launch({ executablePath, args: [root, ...args], env })
  const child = app.process()
  const output = collectOutput(child)
  const page = await app.firstWindow()
  return {
    page,
    which: 'electron',
    main: { evaluate: (run, arg) => app.evaluate(run as never, arg) },
    close: () => app.close(),
    kill: () => killed(child),
    enginePid: () => enginePid(child.pid),
    output
  }
}

async function launchHost(env: Record<string, string>, args: ReadonlyArray<string>): Promise<LaunchedApp> {
  const host = join(import.meta.dirname, 'host', 'run.ts')
  const child = spawn(process.execPath, [host, entry, ...args], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const output = collectOutput(child)
  const asker = createAsker(child, output)
  const browser = await connect(asker, output).catch(async (error: unknown) => {
    await killed(child) // nobody else would end it
    throw error
  })
  const page = browser.contexts()[0]?.pages()[0]
  if (!page) throw new Error(`The app opened no window\n${output()}`)
  return {
    page,
    which: 'host',
    main: { evaluate: (run, arg) => asker(run.toString(), arg) as Promise<never> },
    close: async () => {
      await quit(child, asker)
      await browser.close()
    },
    kill: async () => {
      await killed(child)
      await browser.close()
    },
    enginePid: () => enginePid(child.pid),
    output
  }
}

type Asker = (source: string | null, arg: unknown) => Promise<unknown>

function createAsker(child: ChildProcess, output: () => string): Asker {
  const open = new Map<number, PromiseWithResolvers<unknown>>()
  let lastId = 0
  child.on('message', (message) => {
    const { id, ok, value } = message as FromHost
    if (ok) open.get(id)?.resolve(value)
    else open.get(id)?.reject(new Error(String(value)))
    open.delete(id)
  })
  child.once('exit', () => {
    for (const { reject } of open.values()) reject(new Error(`The app ended\n${output()}`))
    open.clear()
  })
  return (source, arg) => {
    lastId += 1
    const question = Promise.withResolvers<unknown>()
    if (child.exitCode !== null || child.signalCode !== null) return Promise.reject(new Error('The app has ended'))
    open.set(lastId, question)
    child.send({ id: lastId, source, arg } satisfies ToHost)
    return question.promise
  }
}

/** Once its window has loaded, the app says where its Chromium listens. */
async function connect(asker: Asker, output: () => string): Promise<Browser> {
  const isLoaded = `(electron) => new Promise((resolve) => {
    const look = () => {
      const [window] = electron.BrowserWindow.getAllWindows()
      if (window?.isVisible()) resolve(true)
      else setTimeout(look, 20)
    }
    look()
  })`
  await asker(isLoaded, null)
  const address = await asker(null, null)
  if (typeof address !== 'string') throw new Error(`No address to connect to\n${output()}`)
  return chromium.connectOverCDP(address, { noDefaults: true, isLocal: true }) // the app decides on its colours
}

function collectOutput(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  return () => text
}

async function quit(child: ChildProcess, asker: Asker): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  asker('({ app }) => { app.quit() }', null).catch(() => {}) // the end is the answer
  await ended
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}

/** The child of `parent` that runs the engine. */
function enginePid(parent: number | undefined): number | null {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n')
  for (const row of rows) {
    const [, pid, ppid, words] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? []
    if (Number(ppid) === parent && words && /core[\\/]engine\.js/.test(words)) return Number(pid)
  }
  return null
}

/** Drops files and folders on the page as the system does, in the middle of it or at a point. */
export async function dropPaths(page: Page, paths: ReadonlyArray<string>, at = { x: 640, y: 400 }): Promise<void> {
  await page.getByRole('main').waitFor() // nobody drops on a window that shows nothing yet
  const arrival = await page.evaluateHandle(() => ({
    dropped: new Promise<void>((resolve) => {
      const page = globalThis as unknown as EventTarget // the window, in a file that Node's types describe
      page.addEventListener('drop', () => resolve(), { once: true, capture: true })
    })
  }))
  const devtools = await page.context().newCDPSession(page)
  const data = { items: [], files: [...paths], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await devtools.send('Input.dispatchDragEvent', { type, ...at, data })
  }
  // The answer to the last one comes before the page has it, and a drag whose session ends is called off.
  await arrival.evaluate(({ dropped }) => dropped)
  await devtools.detach()
}
