import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Problem } from '../../shared/errors.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Upload } from '../catalog/records.ts'
import type { ObjectFacts, ObjectStore } from '../store/ObjectStore.ts'
import { forEachAtOnce } from './forEachAtOnce.ts'
import { mapInSlices } from './mapInSlices.ts'
import { transition } from './UploadState.ts'

/** What one page of a listing holds at most. */
const PAGE_KEYS = 1_000

/**
 * A page that tells of fewer of our objects than this costs more than looking at each: US$ 4.50 for a million pages
 * (Class A), 0.36 for a million looks (Class B). @see https://developers.cloudflare.com/r2/pricing/
 */
const LEAST_KEYS_A_PAGE = 13

const LOOKS_AT_ONCE = 8

/** So many uploads in one transaction, and then a turn for everything else. */
const BATCH = 500

export type CheckPorts = {
  readonly uploads: CatalogUploads
  /** The bucket that the account has now; null where there is no such account. */
  readonly bucketOf: (accountId: string) => string | null
  readonly storeOf: (accountId: string) => Promise<ObjectStore>
  readonly onFrameChanged: (frameId: string) => void
}

/** Uploads whose object is where it was proved, those whose object is not, and those that have another one there. */
export type CheckedProofs = { readonly there: number; readonly gone: number; readonly changed: number }

type Proved = Upload & { readonly state: Extract<Upload['state'], { kind: 'done' }> }
type Seen = Pick<ObjectFacts, 'sizeBytes' | 'etag'>

/**
 * Whether what is done of these frames is in the bucket still, told by listings, and without opening any file. What is
 * not is sent again, by the rule of its collection where something else has the key by now.
 *
 * @throws AppError what the store throws; nothing is concluded then. `signal.reason`.
 */
export async function checkProofs(
  frameIds: ReadonlyArray<string>,
  ports: CheckPorts,
  signal: AbortSignal
): Promise<CheckedProofs> {
  const proved = (await mapInSlices(frameIds, (id) => ports.uploads.ofFrame(id).filter(isProved), signal)).flat()
  const checked = { there: 0, gone: 0, changed: 0 }
  for (const [accountId, ofAccount] of Map.groupBy(proved, (upload) => upload.accountId)) {
    const bucket = ports.bucketOf(accountId)
    const uploads = ofAccount.filter((upload) => upload.bucket === bucket) // an account may have another bucket now
    if (uploads.length === 0) continue
    const store = await ports.storeOf(accountId)
    const keys = uploads.map(({ key }) => key)
    const seen = await lookAt(keys, store, signal)
    const lost = uploads.flatMap((upload) => {
      const problem = problemOf(upload, seen.get(upload.key))
      return problem ? [{ upload, problem }] : []
    })
    const changed = lost.filter(({ problem }) => problem.code === 'conflict').length
    checked.there += uploads.length - lost.length
    checked.changed += changed
    checked.gone += lost.length - changed
    await sendAgain(lost, ports)
  }
  return checked
}

function isProved(upload: Upload): upload is Proved {
  return upload.state.kind === 'done'
}

function problemOf({ key, state }: Proved, seen: Seen | undefined): Problem | null {
  if (!seen) return { code: 'object-missing', detail: `${key} was proved and is no longer in the bucket` }
  const { sizeBytes, etag } = state.proof
  if (seen.sizeBytes === sizeBytes && seen.etag === etag) return null
  return { code: 'conflict', detail: `${key} has ETag ${seen.etag}, proved was ${etag}` }
}

/**
 * Lists what begins like the keys, as long as a page tells of enough of them, and looks at the rest one by one: in a
 * bucket that holds a million other objects between them, a listing would never end.
 */
async function lookAt(
  keys: ReadonlyArray<string>,
  store: ObjectStore,
  signal: AbortSignal
): Promise<ReadonlyMap<string, Seen>> {
  const inOrder = inListedOrder(keys)
  const wanted = new Set(keys)
  const seen = new Map<string, Seen>()
  const prefix = commonPrefix(inOrder)
  let passed = 0
  let after: string | null = null
  for (let pages = 0; isWorthAPage(pages, passed, keys.length); pages += 1) {
    const page = await store.list({ prefix, delimiter: null, after, limit: PAGE_KEYS }, signal)
    signal.throwIfAborted()
    for (const object of page.objects) {
      const key = object.key.normalize('NFC') // R2 shows the spelling that was sent last (r2-facts §3)
      if (wanted.has(key)) seen.set(key, object)
    }
    const end = Buffer.from(page.objects.at(-1)?.key ?? '')
    while (passed < inOrder.length && Buffer.from(inOrder[passed] ?? '').compare(end) <= 0) passed += 1
    after = page.next
    if (after === null) return seen
  }
  const look = async (key: string, lookSignal: AbortSignal) => {
    const found = await store.head(key, lookSignal)
    if (found) seen.set(key, found)
  }
  await forEachAtOnce(LOOKS_AT_ONCE, inOrder.slice(passed), look, () => true, signal)
  return seen
}

/** By the bytes of their UTF-8, as every store lists them. */
function inListedOrder(keys: ReadonlyArray<string>): ReadonlyArray<string> {
  return keys
    .map((key) => Buffer.from(key))
    .sort(Buffer.compare)
    .map((bytes) => bytes.toString())
}

/** @param passed Keys that the pages so far have told of. */
function isWorthAPage(pages: number, passed: number, keys: number): boolean {
  if (keys - passed < LEAST_KEYS_A_PAGE) return false
  return pages < Math.ceil(keys / PAGE_KEYS) || passed >= pages * LEAST_KEYS_A_PAGE
}

/** @param inOrder Keys in the order of their bytes: what the first and the last begin with, all between them do. */
function commonPrefix(inOrder: ReadonlyArray<string>): string {
  const first = [...(inOrder[0] ?? '')]
  const last = [...(inOrder.at(-1) ?? '')]
  const end = first.findIndex((character, index) => character !== last[index])
  return first.slice(0, end === -1 ? first.length : end).join('')
}

async function sendAgain(
  lost: ReadonlyArray<{ readonly upload: Proved; readonly problem: Problem }>,
  { uploads, onFrameChanged }: CheckPorts
): Promise<void> {
  for (let start = 0; start < lost.length; start += BATCH) {
    const batch = lost.slice(start, start + BATCH)
    uploads.together(() => {
      for (const { upload, problem } of batch) {
        const now = uploads.find(upload.id)
        if (now?.state.kind === 'done') uploads.saveState(now, transition(now.state, { kind: 'lost', problem }))
      }
    })
    for (const { upload } of batch) onFrameChanged(upload.frameId)
    await nextTurn()
  }
}
