import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import type { Account } from '../../shared/model/account.ts'
import { openStore } from './openStore.ts'

const noLocalR2 = async () => {
  throw new AppError('not-supported', 'not here')
}
const r2: Account = {
  kind: 'r2',
  id: 'a',
  name: 'Studio',
  prefix: '',
  endpoint: 'https://0.r2.cloudflarestorage.com',
  region: 'auto',
  bucket: 'studio',
  accessKeyId: 'id',
  publicBaseUrl: 'https://photos.example.com'
}

describe('openStore', () => {
  it('opens a bucket of R2 without asking it anything', async () => {
    const store = await openStore(r2, { secretAccessKey: 'secret' }, noLocalR2)
    expect(store.publicUrl('a b')).toBe('https://photos.example.com/a%20b')
    await store.close()
  })

  it('opens no bucket of R2 without its secret', async () => {
    await expect(openStore(r2, null, noLocalR2)).rejects.toMatchObject({ code: 'secret-missing' })
  })

  it('asks for the local R2 only where it is needed', async () => {
    const local: Account = { kind: 'local', id: 'l', name: 'Here', prefix: '', bucket: 'photos' }
    await expect(openStore(local, null, noLocalR2)).rejects.toMatchObject({ code: 'not-supported' })
    const account: Account = { kind: 'folder', id: 'f', name: 'Disk', prefix: '', path: tmpdir(), publicBaseUrl: null }
    const folder = await openStore(account, null, noLocalR2)
    expect(folder.publicUrl('a')).toMatch(/^file:/)
  })
})
