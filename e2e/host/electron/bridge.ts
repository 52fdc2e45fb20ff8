// Runs in the page, before its own scripts, and gives the preload what Electron gives a sandboxed one: nothing more.
// The functions below travel as text, so each is complete in itself.

/** Of one window; kept out of the way under a symbol, where the stand-in finds it and the page does not look. */
export type PageSide = {
  /** An event from main. */
  receive(channel: string, args: ReadonlyArray<unknown>): void
  /** A file that was dropped, for the stand-in to look up. */
  file(drop: number, index: number): File | undefined
}

export type Carriers = {
  /** Names of the two functions that lead out of the page. */
  readonly invoke: string
  readonly resolve: string
  /** Whether main refuses new windows. */
  readonly deniesWindows: boolean
}

/** The source to inject. @param preload The bundle's text. */
export function bridgeSource(preload: string, carriers: Carriers): string {
  const wrapped = `function (require, module, exports, Buffer, setImmediate, clearImmediate) {\n${preload}\n}`
  return `(${installBridge.toString()})(${wrapped}, ${JSON.stringify(carriers)})`
}

type Preload = (require: (name: string) => unknown, module: { exports: object }, exports: object) => void
type Listener = (event: object, ...args: unknown[]) => void

function installBridge(preload: Preload, { invoke, resolve, deniesWindows }: Carriers): void {
  if (window !== window.top) return // a preload runs in the top frame only
  const carrier = (name: string) => Reflect.get(window, name) as (...args: unknown[]) => Promise<unknown>
  const send = carrier(invoke)
  const ask = carrier(resolve)
  for (const name of [invoke, resolve]) Reflect.deleteProperty(window, name)
  if (deniesWindows) window.open = () => null

  const paths = new WeakMap<File, string>()
  const listeners = new Map<string, Set<Listener>>()
  const drops = new Map<number, ReadonlyArray<File>>()
  let lastDrop = 0

  const ipcRenderer = {
    invoke: async (channel: string, ...args: unknown[]) => {
      const reply = (await send(channel, structuredClone(args))) as { value: unknown } | { error: string }
      if ('error' in reply) throw new Error(reply.error)
      return reply.value
    },
    on: (channel: string, listener: Listener) => {
      const set = listeners.get(channel) ?? new Set()
      listeners.set(channel, set.add(listener))
    },
    off: (channel: string, listener: Listener) => {
      listeners.get(channel)?.delete(listener)
    }
  }
  const webUtils = {
    getPathForFile: (file: unknown) => {
      if (!(file instanceof File)) throw new TypeError('getPathForFile expected a File')
      return paths.get(file) ?? ''
    }
  }

  /** What crosses the bridge is a copy: prototypes, symbols and errors' own properties are lost; functions are proxies. */
  const copy = (value: unknown, depth = 0): unknown => {
    if (depth > 1_000) throw new Error('Electron contextBridge recursion depth exceeded.')
    if (typeof value === 'symbol') return undefined
    if (typeof value === 'function') {
      return (...args: unknown[]) => copy(value(...args.map((arg) => copy(arg, depth + 1))), depth + 1)
    }
    if (typeof value !== 'object' || value === null || value instanceof Blob) return value
    if (value instanceof Promise) return value.then((result) => copy(result, depth + 1))
    if (value instanceof Error) return new Error(value.message)
    if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1))
    if (value instanceof Date || value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) {
      return structuredClone(value)
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item, depth + 1)]))
  }
  const freeze = (value: unknown): unknown => {
    if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) freeze(item)
    return Object.freeze(value)
  }
  const contextBridge = {
    exposeInMainWorld: (key: string, api: unknown) => {
      if (Object.hasOwn(window, key)) throw new Error(`Cannot bind an API on top of an existing property: ${key}`)
      Object.defineProperty(window, key, { value: freeze(copy(api)), enumerable: true })
    }
  }

  /** Dropped and pasted files get their paths first, which takes a moment; then the event goes to the page. */
  const intercept = (event: DragEvent | ClipboardEvent) => {
    const transfer = event instanceof DragEvent ? event.dataTransfer : event.clipboardData
    const files = [...(transfer?.files ?? [])]
    if (!event.isTrusted || files.length === 0) return
    event.preventDefault()
    event.stopImmediatePropagation()
    lastDrop += 1
    drops.set(lastDrop, files)
    void ask(lastDrop, files.length).then((found) => {
      const again = new DataTransfer()
      files.forEach((file, index) => {
        paths.set(file, (found as string[])[index] ?? '')
        again.items.add(file)
      })
      const common = { bubbles: true, cancelable: true, composed: true }
      // What it was dropped on may be gone by now, and an event there would reach nobody.
      const { target } = event
      const place = target instanceof Node && !target.isConnected ? document.body : target
      place?.dispatchEvent(
        event instanceof DragEvent
          ? new DragEvent(event.type, {
              ...common,
              dataTransfer: again,
              clientX: event.clientX,
              clientY: event.clientY
            })
          : new ClipboardEvent(event.type, { ...common, clipboardData: again })
      )
    })
  }
  window.addEventListener('drop', intercept, true)
  window.addEventListener('paste', intercept, true)

  const pageSide: PageSide = {
    receive: (channel, args) => {
      for (const listener of [...(listeners.get(channel) ?? [])]) listener({}, ...args)
    },
    file: (drop, index) => drops.get(drop)?.[index]
  }
  Object.defineProperty(window, Symbol.for('silverdrop.host'), { value: pageSide })

  const require = (name: string) => {
    if (!['electron', 'electron/renderer', 'electron/common'].includes(name))
      throw new Error(`module not found: ${name}`)
    return { contextBridge, ipcRenderer, webUtils }
  }
  const module = { exports: {} }
  preload(require, module, module.exports)
}
