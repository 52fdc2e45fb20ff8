import { readFile } from 'node:fs/promises'
import { fileReadError } from './fileReadError.ts'

/**
 * A file in the form to give to sharp: by its path, so that only what is needed is read. Behind a name that ends in `]`
 * libvips looks for options of its loaders; such a file is handed over whole.
 *
 * @throws AppError `file-missing`, `file-unreadable`
 */
export async function sharpInput(path: string): Promise<string | Buffer> {
  if (!path.endsWith(']')) return path
  return readFile(path).catch((error: unknown) => {
    throw fileReadError(error, path)
  })
}
