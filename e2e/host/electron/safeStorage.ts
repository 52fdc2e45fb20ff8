import { createCipheriv, createDecipheriv, pbkdf2Sync } from 'node:crypto'
import { app } from './app.ts'

/** Chromium's key where a system has no vault. It is no secret, which is what `basic_text` says. */
const key = pbkdf2Sync('peanuts', 'saltysalt', 1, 16, 'sha1')
const iv = Buffer.alloc(16, ' ')
const mark = Buffer.from('v10')

/** The asynchronous half alone: the other one is gone with Electron 46. SILVERDROP_HOST_VAULT names the backend. */
export const safeStorage = {
  isAsyncEncryptionAvailable: async () => app.isReady(),
  getSelectedStorageBackend: () =>
    process.env['SILVERDROP_HOST_VAULT'] === 'system' ? 'gnome_libsecret' : 'basic_text',
  encryptStringAsync: async (text) => {
    const cipher = createCipheriv('aes-128-cbc', key, iv)
    return Buffer.concat([mark, cipher.update(text), cipher.final()])
  },
  decryptStringAsync: async (bytes) => {
    if (!bytes.subarray(0, mark.length).equals(mark)) throw new Error('Error while decrypting')
    const decipher = createDecipheriv('aes-128-cbc', key, iv)
    const text = Buffer.concat([decipher.update(bytes.subarray(mark.length)), decipher.final()])
    return { result: text.toString(), shouldReEncrypt: false }
  }
} satisfies Pick<
  Electron.SafeStorage,
  'isAsyncEncryptionAvailable' | 'getSelectedStorageBackend' | 'encryptStringAsync' | 'decryptStringAsync'
>
