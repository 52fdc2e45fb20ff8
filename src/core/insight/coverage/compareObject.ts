import type { BodyDigests, ListedObject } from '../../store/ObjectStore.ts'
import type { Listing } from './Listing.ts'
import type { WantedFrame, WantedObject } from './WantedFrame.ts'

/** What an object's metadata says of it; nulls where it says nothing. */
export type ObjectWords = {
  readonly sha256: string | null
  readonly sourceSha256: string | null
  readonly outputId: string | null
}

export type ComparePorts = {
  /** Reads a file whole. @throws AppError for what cannot be read or changes meanwhile; `signal.reason`. */
  readonly digest: (file: WantedFrame['file']) => Promise<BodyDigests>
  /** One small request. @returns null if there is no such object. @throws AppError; `signal.reason`. */
  readonly look: (key: string) => Promise<ObjectWords | null>
  /** The key for the `n`th of several that want the same one, where the rule gives it one; null where it does not. */
  readonly nextKey: ((key: string, n: number) => string) | null
  /** The same bytes under any key are enough. */
  readonly isAnywhere: boolean
}

/** `new`: nothing has its key. `changed`: something else has it. */
export type ObjectState = 'unchanged' | 'new' | 'changed'

export type ComparedObject = WantedObject & {
  readonly state: ObjectState
  /** By its content, and not by a proof in the catalog, it is known to be there. */
  readonly found: FoundObject | null
}

export type FoundObject = Pick<ListedObject, 'sizeBytes' | 'etag'> & {
  /** Of the object's bytes, and of the file that it was made of. */
  readonly sha256: string
  readonly sourceSha256: string
}

/** So many names are looked at, as in sending. */
const MOST_NAMES = 200

/** Objects of one size whose metadata are looked at for one file. */
const MOST_LOOKS = 8

/**
 * Whether the bucket has an object, told by its proof if there is one, else by its content. A file is read only where
 * something of its size, or something made of it, has its key.
 *
 * @throws AppError where the file cannot be read or the bucket cannot be asked; `signal.reason`.
 */
export async function compareObject(
  wanted: WantedObject,
  file: WantedFrame['file'],
  listing: Listing,
  ports: ComparePorts
): Promise<ComparedObject> {
  const there = listing.get(wanted.key)
  if (there && isProved(there, wanted)) return { ...wanted, state: 'unchanged', found: null }
  const found = there && (await findIn(there, wanted, file, ports))
  if (found) return { ...wanted, state: 'unchanged', found }
  if (ports.isAnywhere && wanted.isOriginal) {
    const elsewhere = await findAnywhere(wanted, file, listing, ports)
    if (elsewhere) return elsewhere
  }
  if (!there) return { ...wanted, state: 'new', found: null }
  return (
    (ports.nextKey && (await findNumbered(wanted, file, listing, ports))) ?? {
      ...wanted,
      state: 'changed',
      found: null
    }
  )
}

function isProved({ sizeBytes, etag }: ListedObject, { proof }: WantedObject): boolean {
  return proof !== null && proof.etag === etag && proof.sizeBytes === sizeBytes
}

/** The object's content is the file's, or it says that it was made of it. */
async function findIn(
  there: ListedObject,
  { isOriginal, outputId }: WantedObject,
  file: WantedFrame['file'],
  { digest, look }: ComparePorts
): Promise<FoundObject | null> {
  const { sizeBytes, etag } = there
  if (isOriginal) {
    if (sizeBytes !== file.sizeBytes) return null
    const { md5, sha256 } = await digest(file)
    const isSame = etag === md5 || (await look(there.key))?.sha256 === sha256 // of several parts, the ETag is no MD5
    return isSame ? { sizeBytes, etag, sha256, sourceSha256: sha256 } : null
  }
  const words = await look(there.key)
  if (words === null || words.sha256 === null || words.outputId !== outputId) return null
  const { sha256: sourceSha256 } = await digest(file)
  return words.sourceSha256 === sourceSha256 ? { sizeBytes, etag, sha256: words.sha256, sourceSha256 } : null
}

/** Under the name with a number that an earlier sending gave it, or else the first that is free. */
async function findNumbered(
  wanted: WantedObject,
  file: WantedFrame['file'],
  listing: Listing,
  ports: ComparePorts
): Promise<ComparedObject | null> {
  for (let n = 2; ports.nextKey && n <= MOST_NAMES; n += 1) {
    const key = ports.nextKey(wanted.key, n)
    const there = listing.get(key)
    if (!there) return { ...wanted, key, state: 'changed', found: null }
    const found = await findIn(there, wanted, file, ports)
    if (found) return { ...wanted, key, state: 'unchanged', found }
  }
  return null
}

async function findAnywhere(
  wanted: WantedObject,
  file: WantedFrame['file'],
  listing: Listing,
  { digest, look }: ComparePorts
): Promise<ComparedObject | null> {
  const candidates = listing.ofSize(file.sizeBytes)
  if (candidates.length === 0) return null
  const { md5, sha256 } = await digest(file)
  const same =
    candidates.find(({ etag }) => etag === md5) ??
    (await firstThat(candidates.slice(0, MOST_LOOKS), async ({ key }) => (await look(key))?.sha256 === sha256))
  if (!same) return null
  const { key, sizeBytes, etag } = same
  return {
    ...wanted,
    key: key.normalize('NFC'),
    state: 'unchanged',
    found: { sizeBytes, etag, sha256, sourceSha256: sha256 }
  }
}

async function firstThat<T>(items: ReadonlyArray<T>, holds: (item: T) => Promise<boolean>): Promise<T | null> {
  for (const item of items) if (await holds(item)) return item
  return null
}
