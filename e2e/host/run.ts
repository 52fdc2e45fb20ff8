// Runs the built app without Electron: `node e2e/host/run.ts out/main/index.js [files…]`. Its windows are pages of a
// Chromium, headless unless SILVERDROP_HOST_VISIBLE=1. A test that started this asks its questions over the IPC channel.
import { registerHooks } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runInThisContext } from 'node:vm'
import type { FromHost, ToHost } from './messages.ts'

const standIn = new URL('./electron/index.ts', import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) =>
    /^electron(\/main|\/common)?$/.test(specifier) ? { url: standIn, shortCircuit: true } : next(specifier, context)
})

const entry = resolve(process.argv[2] ?? 'out/main/index.js')
process.argv.splice(1, 2, entry) // as in Electron: the executable, the app, then what the person wrote
Object.assign(process, { resourcesPath: join(import.meta.dirname, 'resources'), type: 'browser' })

const { default: electron } = await import('./electron/index.ts')
const { debuggingAddress } = await import('./electron/chromium.ts')

process.on('message', (message) => {
  void answer(message as ToHost).then((reply) => process.send?.(reply))
})
process.on('disconnect', () => electron.app.quit())

// As Electron does: `ready` comes when the entry and its top-level awaits are done, not before.
await import(pathToFileURL(entry).href)
electron.app.becomeReady()

async function answer({ id, source, arg }: ToHost): Promise<FromHost> {
  try {
    if (source === null) return { id, ok: true, value: await debuggingAddress() }
    const ask: (modules: typeof electron, arg: unknown) => unknown = runInThisContext(`(${source})`)
    return { id, ok: true, value: await ask(electron, arg) }
  } catch (error) {
    return { id, ok: false, value: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
