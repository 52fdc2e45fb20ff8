import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeObjectStore } from '../objectStoreContract.ts'
import { createFolderStore } from './createFolderStore.ts'

describeObjectStore('folder', async () => {
  const path = await mkdtemp(join(tmpdir(), 'silverdrop-folder-store-'))
  const store = createFolderStore({ path, publicBaseUrl: null })
  return { ...store, close: () => rm(path, { recursive: true }) }
}, ['keeps no object where a folder is'])
