import { createHash, randomUUID } from 'node:crypto'
import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, link, lstat, mkdir, open, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { ObjectFacts, WriteCondition } from '../ObjectStore.ts'
import { requireCondition } from '../requireCondition.ts'
import { createKeyLock } from './createKeyLock.ts'
import { type Facts, FactsFiles, fingerprintOf } from './FactsFiles.ts'
import { ASIDE, toNames } from './keyPath.ts'
import { fsCode } from './toFolderError.ts'

/** File systems without hard links (exFAT, some network drives) answer one of these. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EISDIR'])

/**
 * Objects as plain files below a folder. A file is moved into place whole, with its condition checked in the same step;
 * nothing is read or written through a symbolic link, so nothing leaves the folder.
 */
export class ObjectFiles {
  readonly root: string
  readonly #temporary: string
  readonly #facts: FactsFiles
  readonly #lock = createKeyLock()

  constructor(root: string) {
    this.root = root
    this.#temporary = join(root, ASIDE, 'temporary')
    this.#facts = new FactsFiles(join(root, ASIDE, 'facts'))
  }

  pathOf(key: string): string {
    return join(this.root, ...toNames(key))
  }

  /** @throws AppError `folder-missing`: a disk that is unplugged is not an empty bucket. */
  async requireRoot(): Promise<void> {
    const stats = await stat(this.root).catch(() => null)
    if (!stats?.isDirectory()) throw new AppError('folder-missing', this.root)
  }

  /** @returns null if no such object is there. */
  async look(key: string): Promise<ObjectFacts | null> {
    const stats = await this.#stat(key)
    if (!stats) {
      await this.requireRoot()
      return null
    }
    const known = await this.#facts.read(key, fingerprintOf(stats))
    return {
      key,
      sizeBytes: Number(stats.size),
      etag: known?.etag ?? `file-${fingerprintOf(stats)}`, // put there by hand; to hash it here would take too long
      modifiedAtMs: Number(stats.mtimeNs / 1_000_000n),
      contentType: known?.contentType ?? null,
      cacheControl: known?.cacheControl ?? null,
      metadata: known?.metadata ?? {}
    }
  }

  /** An open file to read from. @throws AppError `object-missing`. */
  async open(key: string): Promise<FileHandle> {
    if (!(await this.#stat(key))) {
      await this.requireRoot()
      throw new AppError('object-missing', key)
    }
    // Windows has no O_NOFOLLOW.
    return open(this.pathOf(key), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  }

  /**
   * Makes a file whole, on the disk and of a name of its own, and publishes it as an object.
   *
   * @param write Fills the file. @returns what is to be known about it.
   * @throws AppError `conflict`.
   */
  async publish(
    key: string,
    when: WriteCondition,
    write: (file: FileHandle) => Promise<Omit<Facts, 'key' | 'fingerprint'>>
  ): Promise<string> {
    await this.requireRoot()
    await mkdir(this.#temporary, { recursive: true })
    const temporary = join(this.#temporary, randomUUID())
    try {
      const file = await open(temporary, 'wx+')
      try {
        const facts = await write(file)
        await file.sync()
        const fingerprint = fingerprintOf(await file.stat({ bigint: true }))
        await this.#lock(key, () => this.#moveIntoPlace(temporary, { ...facts, key, fingerprint }, when))
        return facts.etag
      } finally {
        await file.close()
      }
    } finally {
      await rm(temporary, { force: true })
    }
  }

  /** Removes an object and the folders that are empty without it. */
  async remove(key: string): Promise<void> {
    await this.requireRoot()
    await this.#lock(key, async () => {
      if (!(await this.#stat(key))) return
      await rm(this.pathOf(key), { force: true })
      await this.#facts.remove(key)
    })
    const folders = toNames(key).slice(0, -1)
    while (folders.length > 0) {
      try {
        await rmdir(join(this.root, ...folders))
      } catch {
        return // others are in it, or another removal was faster
      }
      folders.pop()
    }
  }

  async #moveIntoPlace(temporary: string, facts: Facts, when: WriteCondition): Promise<void> {
    const path = this.pathOf(facts.key)
    requireCondition(facts.key, when, (await this.look(facts.key))?.etag ?? null)
    await this.#facts.announce(facts)
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#makeFolders(facts.key)
        await (when.kind === 'absent' ? linkOrRename(temporary, path, facts.key) : rename(temporary, path))
        break
      } catch (error) {
        // A removal may have taken a folder, empty as it was, between any two of these calls.
        if (fsCode(error) !== 'ENOENT' || attempt === MAX_MOVES) throw error
      }
    }
    await syncFolder(dirname(path))
    await this.#facts.settle(facts.key)
  }

  async #makeFolders(key: string): Promise<void> {
    const names: string[] = []
    for (const name of toNames(key).slice(0, -1)) {
      names.push(name)
      const path = join(this.root, ...names)
      await mkdir(path).catch((error: unknown) => {
        if (fsCode(error) !== 'EEXIST') throw error
      })
      const stats = await lstat(path).catch(() => null)
      if (stats && !stats.isDirectory()) throw new AppError('key-invalid', `${path} is not a folder: ${key}`)
    }
  }

  /** @returns null for what is absent, is no plain file, or is reached only through a link. */
  async #stat(key: string): Promise<BigIntStats | null> {
    const names = toNames(key)
    try {
      for (let depth = 1; depth < names.length; depth += 1) {
        if (!(await lstat(join(this.root, ...names.slice(0, depth)))).isDirectory()) return null
      }
      const stats = await lstat(this.pathOf(key), { bigint: true })
      return stats.isFile() ? stats : null
    } catch (error) {
      const code = fsCode(error)
      if (code === 'ENOENT' || code === 'ENOTDIR') return null
      throw error
    }
  }
}

const MAX_MOVES = 5

/** Of all processes that try it at once one succeeds, since a link is never made over something. */
async function linkOrRename(from: string, to: string, key: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    const code = fsCode(error) ?? ''
    if (code === 'EEXIST') throw new AppError('conflict', `There is an object already: ${key}`, { cause: error })
    if (!NO_LINKS.has(code)) throw error
    await rename(from, to) // its condition was checked a moment ago, under this process's lock
  }
}

/** A power cut may undo a rename that is not on the disk yet. Windows opens no folders, and needs it less. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null)
  await folder?.sync().catch(() => {})
  await folder?.close()
}

/** Hex MD5 of a whole file. */
export async function md5Of(file: FileHandle): Promise<string> {
  const hash = createHash('md5')
  for await (const chunk of file.createReadStream({ start: 0, autoClose: false })) hash.update(chunk)
  return hash.digest('hex')
}
