import { access } from 'node:fs/promises'

/**
 * The XMP sidecar that speaks for a file: its own (`IMG_1.CR3.xmp`) before that of its stem (`IMG_1.xmp`), which speaks
 * for all frames of the shot.
 *
 * @param path Absolute.
 * @param isSidecar Whether it is one itself (`IMG_1.CR3.dop`): then that of its picture is looked for.
 * @returns null where there is none.
 */
export async function findSidecar(path: string, isSidecar: boolean): Promise<string | null> {
  const stem = withoutExtension(path)
  const stems = [path, stem, ...(isSidecar ? [withoutExtension(stem)] : [])]
  for (const candidate of stems.flatMap((one) => [`${one}.xmp`, `${one}.XMP`])) {
    if (candidate !== path && (await exists(candidate))) return candidate
  }
  return null
}

function withoutExtension(path: string): string {
  const dot = path.lastIndexOf('.')
  return dot > Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1 ? path.slice(0, dot) : path
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false
  )
}
