import { sep } from 'node:path'

/** Whether a path lies in a folder, at any depth. Both absolute, and spelt alike. */
export function isWithin(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}
