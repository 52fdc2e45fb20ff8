import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hasFolderTimes, isShare, type Mount, mountOf, parseMounts } from './mounts.ts'
import { toFolderError } from './toFileError.ts'

/** What a folder lies on. */
export type Volume = {
  /**
   * The same for the same disk, card or share whenever it is connected, as far as the system can tell; where it cannot,
   * it may change from one connection to the next, so that another id alone does not prove another volume.
   */
  readonly id: string
  /** The name of the share's kind (`cifs`) where others can change files without the system knowing; else null. */
  readonly share: string | null
  /** A folder that looks as it did holds what it held. */
  readonly hasFolderTimes: boolean
}

const BY_UUID = '/dev/disk/by-uuid'

/**
 * @param path Absolute.
 * @throws AppError `folder-missing`, `folder-unreadable`.
 */
export async function volumeOf(path: string): Promise<Volume> {
  try {
    const real = await realpath(path)
    const { dev } = await stat(real, { bigint: true })
    if (process.platform === 'win32') {
      // The volume's serial number (photo-facts §4.3). A share that has a drive letter is not known as one.
      const share = real.startsWith('\\\\') ? 'network share' : null
      return { id: `serial ${dev}`, share, hasFolderTimes: false }
    }
    const mount = process.platform === 'linux' ? mountOf(real, await readMounts()) : null
    if (!mount) return { id: `device ${dev}`, share: null, hasFolderTimes: false }
    const share = isShare(mount) ? mount.fileSystem : null
    return { id: await idOf(mount), share, hasFolderTimes: hasFolderTimes(mount) }
  } catch (error) {
    throw toFolderError(error, path)
  }
}

async function idOf(mount: Mount): Promise<string> {
  const { fileSystem, source, device } = mount
  if (isShare(mount)) return `${fileSystem} ${source}` // its device number is another one with each mount
  const uuid = await uuidOf(source)
  return uuid === null ? `${fileSystem} ${source} ${device}` : `uuid ${uuid}`
}

/** A file system's own id, which formatting changes; null where the system keeps no list of them. */
async function uuidOf(source: string): Promise<string | null> {
  if (!source.startsWith('/dev/')) return null
  const device = await realpath(source).catch(() => source)
  for (const uuid of await readdir(BY_UUID).catch(() => [])) {
    if ((await realpath(join(BY_UUID, uuid)).catch(() => null)) === device) return uuid
  }
  return null
}

async function readMounts(): Promise<ReadonlyArray<Mount>> {
  return parseMounts(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''))
}
