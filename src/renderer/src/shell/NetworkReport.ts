import type { WindowApi } from '../../../shared/ipc/contract.ts'

/** Tells main whether the page sees a network: at the start and on every change. Nobody waits for it. */
export class NetworkReport {
  readonly #api: WindowApi

  constructor(api: WindowApi) {
    this.#api = api
  }

  start(): void {
    window.addEventListener('online', this.#tell)
    window.addEventListener('offline', this.#tell)
    this.#tell()
  }

  stop(): void {
    window.removeEventListener('online', this.#tell)
    window.removeEventListener('offline', this.#tell)
  }

  readonly #tell = (): void => {
    void this.#api.call('app:network', { isOnline: navigator.onLine })
  }
}
