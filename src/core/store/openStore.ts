import { AppError, assertNever } from '../../shared/errors.ts'
import type { Account, AccountSecret } from '../../shared/model/account.ts'
import { createFolderStore } from './folder/createFolderStore.ts'
import { createLocalStore } from './local/createLocalStore.ts'
import type { LocalR2 } from './local/startLocalR2.ts'
import type { ObjectStore } from './ObjectStore.ts'
import type { Pacer } from './Pacer.ts'
import { createR2Store } from './r2/createR2Store.ts'
import { defaultTimeouts } from './r2/createS3Client.ts'

/**
 * The store behind an account. Whoever opens it closes it.
 *
 * @param local Starts the local R2, or gives the one that runs; asked only for an account that needs it.
 * @param pacer How fast bodies may go out; null: as fast as they can.
 * @throws AppError `secret-missing`; what `local` throws.
 */
export async function openStore(
  account: Account,
  secret: AccountSecret | null,
  local: () => Promise<LocalR2>,
  pacer: Pacer | null = null
): Promise<ObjectStore> {
  switch (account.kind) {
    case 'r2':
      if (secret === null) throw new AppError('secret-missing', `There is no secret for the account ${account.name}`)
      return createR2Store(account, secret, defaultTimeouts, pacer)
    case 'local':
      return createLocalStore(account, await local(), pacer)
    case 'folder':
      return createFolderStore(account, pacer)
    default:
      return assertNever(account)
  }
}
