import { rm } from 'node:fs/promises'
import { join, parse } from 'node:path'

/**
 * Where a result is written until it is whole: `a.part.webp` for `a.webp`, since ExifTool tells one RAW from another by
 * the extension. Known to both sides, so that one can clear up after the other.
 *
 * @param attempt Sets it apart from what another attempt may still be writing.
 */
export function partPath(path: string, attempt = ''): string {
  const { dir, name, ext } = parse(path)
  return join(dir, `${name}${attempt && `.${attempt}`}.part${ext}`)
}

/** Takes away what was being written there, and the copy that ExifTool writes beside a file that it changes. */
export async function removePart(part: string): Promise<void> {
  await Promise.all([part, `${part}_exiftool_tmp`].map((path) => rm(path, { force: true })))
}
