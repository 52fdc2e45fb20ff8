import {
  type Account,
  bucketNameSchema,
  endpointFor,
  publicBaseUrlSchema,
  type R2Account
} from '../../../shared/model/account.ts'

/** An account as it stands in the form. The secret lives here alone, for as long as the form is open. */
export type AccountDraft = {
  readonly kind: 'r2' | 'folder'
  readonly id: string
  readonly name: string
  /** An account ID of 32 hex digits, or the S3 address that the dashboard shows. */
  readonly address: string
  readonly jurisdiction: string
  readonly bucket: string
  readonly accessKeyId: string
  readonly secret: string
  readonly publicBaseUrl: string
  readonly prefix: string
  /** Of a folder account. */
  readonly path: string
}

export type DraftField = 'name' | 'address' | 'bucket' | 'accessKeyId' | 'secret' | 'publicBaseUrl' | 'path'
export type DraftErrors = Partial<Record<DraftField, string>>

const ACCOUNT_ID = /^[0-9a-f]{32}$/i
/** Cloudflare's own endpoint, with or without a jurisdiction. @see r2-facts §1 */
const R2_HOST = /^([0-9a-f]{32})(?:\.([a-z]+))?\.r2\.cloudflarestorage\.com$/

export function emptyDraft(kind: AccountDraft['kind'], id: string): AccountDraft {
  return {
    kind,
    id,
    name: '',
    address: '',
    jurisdiction: 'default',
    bucket: '',
    accessKeyId: '',
    secret: '',
    publicBaseUrl: '',
    prefix: '',
    path: ''
  }
}

/** What is stored, back in the form; the secret stays where it is. Null for an account that has nothing to change. */
export function draftOf(account: Account): AccountDraft | null {
  if (account.kind === 'local') return null
  const common = { ...emptyDraft(account.kind, account.id), name: account.name, prefix: account.prefix }
  const publicBaseUrl = account.publicBaseUrl ?? ''
  if (account.kind === 'folder') return { ...common, publicBaseUrl, path: account.path }
  const [, accountId, jurisdiction = 'default'] = R2_HOST.exec(new URL(account.endpoint).hostname) ?? []
  return {
    ...common,
    publicBaseUrl,
    address: accountId ?? account.endpoint,
    jurisdiction,
    bucket: account.bucket,
    accessKeyId: account.accessKeyId
  }
}

/**
 * The S3 address that the dashboard shows ends in the bucket's name: pasted whole, it fills two fields.
 *
 * @returns The draft with address, jurisdiction and bucket taken apart, or as it was.
 */
export function withAddress(draft: AccountDraft, address: string): AccountDraft {
  const url = URL.parse(address.trim())
  if (url === null || !/^https?:$/.test(url.protocol)) return { ...draft, address }
  const bucket = url.pathname.split('/').find((part) => part !== '') ?? draft.bucket
  const [, accountId, jurisdiction = 'default'] = R2_HOST.exec(url.hostname) ?? []
  if (accountId !== undefined) return { ...draft, address: accountId, jurisdiction, bucket }
  // Another S3 host may have its endpoint below a path of its own; one name alone is the bucket's.
  const isBucketOnly = url.pathname.split('/').filter((part) => part !== '').length === 1
  return isBucketOnly ? { ...draft, address: url.origin, bucket } : { ...draft, address }
}

/** The account that the draft describes; null while something is missing or wrong, which `draftErrors` names. */
export function accountOf(draft: AccountDraft): Account | null {
  if (Object.keys(draftErrors(draft, true)).length > 0) return null
  const publicBaseUrl = draft.publicBaseUrl.trim() === '' ? null : draft.publicBaseUrl.trim()
  const common = { id: draft.id, name: draft.name.trim(), prefix: normalPrefix(draft.prefix), publicBaseUrl }
  if (draft.kind === 'folder') return { ...common, kind: 'folder', path: draft.path }
  return {
    ...common,
    kind: 'r2',
    endpoint: endpointOf(draft),
    region: 'auto',
    bucket: draft.bucket.trim(),
    accessKeyId: draft.accessKeyId.trim()
  } satisfies R2Account
}

/**
 * What is wrong, in words, by field.
 *
 * @param hasSecret A secret is stored already, so the field may stay empty.
 */
export function draftErrors(draft: AccountDraft, hasSecret: boolean): DraftErrors {
  const errors: DraftErrors = {}
  if (draft.name.trim() === '') errors.name = 'Give it a name, for example "Studio"'
  const publicBaseUrl = draft.publicBaseUrl.trim()
  // The schema takes what is an address apart, so it is asked only about addresses.
  const isPublicAddress = URL.canParse(publicBaseUrl) && publicBaseUrlSchema.safeParse(publicBaseUrl).success
  if (publicBaseUrl !== '' && !isPublicAddress) {
    errors.publicBaseUrl = 'An address like https://photos.example.com, without ? or #'
  }
  if (draft.kind === 'folder') {
    if (draft.path === '') errors.path = 'Choose a folder'
    return errors
  }
  const address = draft.address.trim()
  if (address === '') errors.address = 'Enter the account ID'
  else if (!ACCOUNT_ID.test(address) && !/^https?:\/\/[^/\s?#]+(\/[^\s?#]*)?$/.test(address)) {
    errors.address = 'An account ID has 32 digits and letters a to f; an address begins with https://'
  }
  if (!bucketNameSchema.safeParse(draft.bucket.trim()).success) {
    errors.bucket = '3 to 63 lower-case letters, digits and hyphens'
  }
  if (draft.accessKeyId.trim() === '') errors.accessKeyId = 'Enter the access key ID'
  if (draft.secret === '' && !hasSecret) errors.secret = 'Enter the secret access key'
  return errors
}

function endpointOf({ address, jurisdiction }: AccountDraft): string {
  const text = address.trim()
  return ACCOUNT_ID.test(text) ? endpointFor(text.toLowerCase(), jurisdiction) : text.replace(/\/$/, '')
}

/** `''`, or ends in one slash and begins with none. */
function normalPrefix(text: string): string {
  const inner = text.trim().replace(/^\/+|\/+$/g, '')
  return inner === '' ? '' : `${inner}/`
}
