import { createHash, randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { AppError } from '../../shared/errors.ts'
import type { Account, AccountSecret, R2Account, TestReport } from '../../shared/model/account.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import { TestProtocol } from './TestProtocol.ts'

/** What a test needs of the store room; `engine.ts` hands it over. */
export type TestPorts = {
  readonly openStore: (account: Account, secret: AccountSecret | null) => Promise<ObjectStore>
  /** @see reachR2 */
  readonly reach: (endpoint: string, signal: AbortSignal) => Promise<{ readonly clockOffsetMs: number | null }>
  readonly listBuckets: (
    account: R2Account,
    secret: AccountSecret,
    signal: AbortSignal
  ) => Promise<ReadonlyArray<string>>
}

/** What R2 tolerates. @see https://developers.cloudflare.com/r2/api/error-codes/ (RequestTimeTooSkewed) */
const MAX_CLOCK_OFFSET_MS = 15 * 60_000

/** Refusals of a question that say that the keys themselves are good. */
const SIGNED_IN_ALL_THE_SAME = new Set(['access-denied', 'not-supported'])

/**
 * Tries an account from the network to the public link, with one small object that is removed again whatever happens.
 * Rejects only if the signal is aborted: everything else is in the report.
 */
export async function testAccount(
  account: Account,
  secret: AccountSecret | null,
  ports: TestPorts,
  signal: AbortSignal
): Promise<TestReport> {
  const protocol = new TestProtocol(signal)
  if (account.kind === 'r2') await tryEndpoint(account, secret, ports, protocol)
  if (!protocol.hasFailed('reach', 'sign-in')) await tryStore(account, secret, ports, protocol)
  signal.throwIfAborted()
  return protocol.toReport()
}

async function tryEndpoint(
  account: R2Account,
  secret: AccountSecret | null,
  { reach, listBuckets }: TestPorts,
  protocol: TestProtocol
): Promise<void> {
  const reached = await protocol.run('reach', (signal) => reach(account.endpoint, signal))
  if (!reached) return
  protocol.clockOffsetMs = reached.clockOffsetMs
  if (reached.clockOffsetMs !== null) protocol.add('clock', judgeClock(reached.clockOffsetMs))
  if (secret === null) {
    protocol.add('sign-in', new AppError('secret-missing', `There is no secret for ${account.name}`))
    return
  }
  try {
    protocol.buckets = await protocol.limit((signal) => listBuckets(account, secret, signal))
    protocol.add('sign-in', null)
    protocol.add('list-buckets', null)
  } catch (error) {
    if (error instanceof AppError && SIGNED_IN_ALL_THE_SAME.has(error.code)) {
      protocol.add('sign-in', null)
      protocol.warn('list-buckets', error)
      return
    }
    protocol.add('sign-in', error)
    if (error instanceof AppError && error.code === 'clock-skewed') protocol.add('clock', error)
  }
}

async function tryStore(
  account: Account,
  secret: AccountSecret | null,
  { openStore }: TestPorts,
  protocol: TestProtocol
): Promise<void> {
  // For an account without an endpoint, this is what there is to reach.
  const open = () => openStore(account, secret)
  const store = await (account.kind === 'r2' ? protocol.run('list', open) : protocol.run('reach', open))
  if (!store) return
  try {
    const query = { prefix: account.prefix, delimiter: null, after: null, limit: 1 }
    await protocol.run('list', (signal) => store.list(query, signal))
    if (!protocol.hasFailed('list'))
      await tryObject(store, `${account.prefix}.silverdrop-test-${randomUUID()}`, protocol)
  } finally {
    await store.close()
  }
}

async function tryObject(store: ObjectStore, key: string, protocol: TestProtocol): Promise<void> {
  const bytes = Buffer.from(`Silverdrop was here for a moment, to try this account: ${key}\n`)
  const digest = (algorithm: string) => createHash(algorithm).update(bytes).digest('hex')
  const digests = { md5: digest('md5'), sha256: digest('sha256') }
  const headers = { contentType: 'text/plain', cacheControl: 'no-store', metadata: { 'sd-sha256': digests.sha256 } }
  let etag: string | null = null
  try {
    etag = await protocol.run('put', (signal) => store.put(key, bytes, digests, headers, { kind: 'absent' }, signal))
    if (etag !== null) {
      await protocol.run('head', async (signal) => {
        const facts = await store.head(key, signal)
        if (facts?.sizeBytes !== bytes.length || facts.etag !== etag) throw notWhatWasSent(key)
        if (facts.metadata['sd-sha256'] !== digests.sha256) throw notWhatWasSent(key)
      })
      await protocol.run('get', async (signal) => {
        if (!bytes.equals(await buffer(await store.get(key, null, signal)))) throw notWhatWasSent(key)
      })
      await tryLinks(store, key, bytes, protocol)
    }
  } finally {
    const remove = async (signal: AbortSignal) => {
      const [failed] = await store.delete([key], signal)
      if (failed) throw failed.error
    }
    // After a put that failed as well, without a word about it: the answer may have been lost, and not the object.
    await protocol.cleanUp(etag === null ? null : 'delete', remove)
  }
}

async function tryLinks(store: ObjectStore, key: string, bytes: Buffer, protocol: TestProtocol): Promise<void> {
  const signedUrl = await store.presignGet(key, 60)
  if (signedUrl !== null) {
    await protocol.run('presign', (signal) => requireOpen(signedUrl, 'The signed link', bytes, signal))
  }
  const publicUrl = store.publicUrl(key)
  if (!publicUrl?.startsWith('http')) return
  try {
    await protocol.limit((signal) => requireOpen(publicUrl, publicUrl, bytes, signal))
    protocol.add('public-link', null)
  } catch (error) {
    protocol.warn('public-link', error) // uploads do not need it
  }
}

/** @param what Names the link: a signed URL is a secret. */
async function requireOpen(url: string, what: string, bytes: Buffer, signal: AbortSignal): Promise<void> {
  const answer = await fetch(url, { signal }).catch((error: unknown) => {
    signal.throwIfAborted()
    throw new AppError('link-impossible', `${what} does not open`, { cause: error })
  })
  const body = Buffer.from(await answer.arrayBuffer())
  if (!answer.ok) throw new AppError('link-impossible', `${what} answers ${answer.status}`)
  if (!body.equals(bytes)) throw new AppError('link-impossible', `${what} opens something else`)
}

function judgeClock(offsetMs: number): AppError | null {
  if (Math.abs(offsetMs) <= MAX_CLOCK_OFFSET_MS) return null
  return new AppError('clock-skewed', `R2's clock minus this computer's: ${Math.round(offsetMs / 1000)} s`)
}

function notWhatWasSent(key: string): AppError {
  return new AppError('proof-failed', `${key} is not what was sent`)
}
