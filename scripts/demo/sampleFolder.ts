import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const samples = join(import.meta.dirname, '..', '..', 'resources', 'samples')

/** A folder as it comes from a photographer's card, made of the sample photos. @returns its path. */
export function sampleFolder(parent: string): string {
  const folder = join(parent, 'Lake wedding')
  mkdirSync(folder)
  for (const name of readdirSync(samples)) {
    if (!name.endsWith('.md')) cpSync(join(samples, name), join(folder, name))
  }
  return folder
}
