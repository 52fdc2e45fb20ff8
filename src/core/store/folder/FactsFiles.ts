import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'

const factsSchema = z.strictObject({
  key: z.string(),
  /** Of the file that this is about; see `fingerprintOf`. */
  fingerprint: z.string(),
  etag: z.string(),
  contentType: z.string().nullable(),
  cacheControl: z.string().nullable(),
  metadata: z.record(z.string(), z.string())
})

/** What a bucket knows about an object and a file system does not know about a file. */
export type Facts = z.infer<typeof factsSchema>

/** Tells one content of a file from the next. */
export function fingerprintOf({ size, mtimeNs }: { readonly size: bigint; readonly mtimeNs: bigint }): string {
  return `${size}-${mtimeNs}`
}

/**
 * One small JSON file per object, aside from the objects. It names the file's fingerprint: if somebody edits a file by
 * hand, what is written here about it no longer holds.
 *
 * A new object's facts are announced before its file is moved into place and settled afterwards, so that a crash
 * between the two finds the facts of whichever file it left.
 */
export class FactsFiles {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** @returns null where nothing is known about the file with this fingerprint. */
  async read(key: string, fingerprint: string): Promise<Facts | null> {
    for (const path of [this.#announced(key), this.#settled(key)]) {
      const facts = await readFacts(path)
      if (facts?.key === key && facts.fingerprint === fingerprint) return facts
    }
    return null
  }

  async announce(facts: Facts): Promise<void> {
    const path = this.#announced(facts.key)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, JSON.stringify(facts), { flush: true })
  }

  async settle(key: string): Promise<void> {
    await rename(this.#announced(key), this.#settled(key))
  }

  async remove(key: string): Promise<void> {
    await rm(this.#announced(key), { force: true })
    await rm(this.#settled(key), { force: true })
  }

  /** Keys are hashed: what is a file in one key may be a folder in another. */
  #settled(key: string): string {
    const name = createHash('sha256').update(key).digest('hex')
    return join(this.#folder, name.slice(0, 2), `${name}.json`)
  }

  #announced(key: string): string {
    return this.#settled(key).replace(/\.json$/, '.next.json')
  }
}

async function readFacts(path: string): Promise<Facts | null> {
  try {
    return factsSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return null // absent, or cut off by a crash: the file itself is all that counts
  }
}
