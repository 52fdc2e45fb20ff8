import { renameSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'

/**
 * Renames a file that cannot be read, so that a new one can be written and nothing is lost: `config.json` becomes
 * `config.broken-2026-11-21T10-15-00Z.json` beside it.
 *
 * @returns the new path.
 */
export function setAside(path: string, now = new Date()): string {
  const extension = extname(path)
  const date = now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-') // no colons in names on Windows
  const aside = join(dirname(path), `${basename(path, extension)}.broken-${date}${extension}`)
  renameSync(path, aside)
  return aside
}
