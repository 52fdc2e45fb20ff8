import { EventEmitter } from 'node:events'

type InvokeHandler = Parameters<Electron.IpcMain['handle']>[1]

class HostIpcMain extends EventEmitter implements Pick<Electron.IpcMain, 'handle' | 'removeHandler'> {
  readonly #handlers = new Map<string, InvokeHandler>()

  handle(channel: string, handler: InvokeHandler): void {
    if (this.#handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
    this.#handlers.set(channel, handler)
  }

  removeHandler(channel: string): void {
    this.#handlers.delete(channel)
  }

  /** @returns what `ipcRenderer.invoke` resolves or rejects with: an error crosses as one string. */
  async answer(
    event: Electron.IpcMainInvokeEvent,
    channel: string,
    args: ReadonlyArray<unknown>
  ): Promise<{ value: unknown } | { error: string }> {
    try {
      const handler = this.#handlers.get(channel)
      if (!handler) throw new Error(`No handler registered for '${channel}'`)
      return { value: structuredClone(await handler(event, ...args)) }
    } catch (error) {
      console.error(`Error occurred in handler for '${channel}':`, error)
      return { error: `Error invoking remote method '${channel}': ${String(error)}` }
    }
  }
}

export const ipcMain = new HostIpcMain()
