import type { Account, AccountView, TestStep } from '../../../shared/model/account.ts'

/** Where an account puts things, in a word: the bucket's name, or the folder's. */
export function accountPlace(account: Account): string {
  if (account.kind !== 'folder') return account.bucket
  return account.path.split(/[\\/]/).filter(Boolean).at(-1) ?? account.path
}

export const accountKindWords: Readonly<Record<Account['kind'], string>> = {
  r2: 'Cloudflare R2',
  local: 'R2 on this computer, for trying out',
  folder: 'A folder on this computer'
}

export const secretWords: Readonly<Record<AccountView['secret'], string>> = {
  vault: 'Secret in the system’s vault',
  memory: 'Secret kept until Silverdrop ends',
  plain: 'Secret in a file on this computer',
  missing: 'Secret is missing',
  'not-needed': 'Needs no secret'
}

/** What each step of the test tries, as a line of a list. */
export const testStepWords: Readonly<Record<TestStep, string>> = {
  reach: 'Reach R2',
  'sign-in': 'Sign in',
  clock: 'Compare the clocks',
  'list-buckets': 'See the buckets',
  list: 'List the bucket',
  put: 'Write a small object',
  head: 'Find it again',
  get: 'Read it back',
  presign: 'Open a signed link',
  delete: 'Delete it',
  'public-link': 'Open a public link'
}
