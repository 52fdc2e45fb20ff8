import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from 'electron/renderer'
import type { WindowApi } from '../shared/ipc/contract.ts'

// Types alone come from the contract: its schemas would bring zod along, which probes for `eval` and so breaks the
// page's content policy. What the types cannot hold back, main refuses: it answers no channel outside the contract.
const api: WindowApi = {
  call: (name, input) => ipcRenderer.invoke(name, input),
  on: (name, listener) => {
    const forward = (_event: IpcRendererEvent, payload: Parameters<typeof listener>[0]) => listener(payload)
    ipcRenderer.on(name, forward)
    return () => void ipcRenderer.off(name, forward)
  },
  pathsOf: (...files) => files.map((file) => webUtils.getPathForFile(file)).filter((path) => path !== '')
}

contextBridge.exposeInMainWorld('silverdrop', api)
