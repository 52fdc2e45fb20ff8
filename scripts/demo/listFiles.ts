import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createIgnore } from '../../src/core/files/ignore.ts'
import { defaultIgnoreRules } from '../../src/core/shots/ignoreRules.ts'

export type FilesOnDisk = {
  /** Absolute paths of the files that are to be sent. */
  readonly wanted: ReadonlyArray<string>
  /** Files and folders that the ignore rules leave out, below the folder; what is in such a folder is not listed. */
  readonly leftOut: ReadonlyArray<string>
}

const ignores = createIgnore(defaultIgnoreRules)

/** What is in a folder, looked up without the engine, so that a file that it loses is missed here. */
export function listFiles(root: string): FilesOnDisk {
  const wanted: string[] = []
  const leftOut: string[] = []
  const visit = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const relativePath = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (ignores(relativePath, entry.isDirectory())) leftOut.push(relativePath)
      else if (entry.isDirectory()) visit(relativePath)
      else if (entry.isFile()) wanted.push(join(root, relativePath))
    }
  }
  visit('')
  return { wanted, leftOut }
}
