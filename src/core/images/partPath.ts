import { join, parse } from 'node:path'

/**
 * Where a result is written until it is whole: `a.part.webp` for `a.webp`, since ExifTool tells one RAW from another by
 * the extension. Known to both sides, so that one can clear up after the other.
 */
export function partPath(path: string): string {
  const { dir, name, ext } = parse(path)
  return join(dir, `${name}.part${ext}`)
}
