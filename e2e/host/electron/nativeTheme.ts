import { EventEmitter } from 'node:events'

type Source = Electron.NativeTheme['themeSource']

class HostNativeTheme
  extends EventEmitter
  implements Pick<Electron.NativeTheme, 'themeSource' | 'shouldUseDarkColors'>
{
  #source: Source = 'system'

  get themeSource(): Source {
    return this.#source
  }
  set themeSource(source: Source) {
    this.#source = source
    this.emit('updated')
  }

  get shouldUseDarkColors(): boolean {
    return this.#source === 'dark'
  }

  /** What pages are told of it; null leaves the decision to Chromium. */
  forPages(): 'light' | 'dark' | null {
    return this.#source === 'system' ? null : this.#source
  }
}

export const nativeTheme = new HostNativeTheme()
