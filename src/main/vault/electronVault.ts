import { safeStorage } from 'electron/main'
import type { SystemVault } from './SystemVault.ts'

/** Electron's vault, by the half of `safeStorage` that stays: the other is gone in 46. After `ready` only. */
export const electronVault: SystemVault = {
  kind: async () => {
    if (!(await safeStorage.isAsyncEncryptionAvailable())) return 'none'
    // True with the key that is built into Chromium as well, and only Linux can have that one.
    if (process.platform !== 'linux') return 'system'
    return safeStorage.getSelectedStorageBackend() === 'basic_text' ? 'basic' : 'system'
  },
  encrypt: (text) => safeStorage.encryptStringAsync(text),
  decrypt: (bytes) => safeStorage.decryptStringAsync(bytes)
}
