import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

/** Files that the system hands over: those that come before anyone can take them are kept. */
export class OpenedPaths {
  #kept: string[] = []
  #take: ((paths: string[]) => void) | null = null

  add(paths: ReadonlyArray<string>): void {
    if (paths.length === 0) return
    if (this.#take) this.#take([...paths])
    else this.#kept.push(...paths)
  }

  /** From now on paths go here, beginning with the kept ones. */
  takeBy(take: (paths: string[]) => void): void {
    this.#take = take
    this.add(this.#kept.splice(0))
  }
}

/** The files and folders among a command line's words, absolute. Options and what does not exist are left out. */
export function pathsAmong(words: ReadonlyArray<string>, workingFolder: string): string[] {
  return words
    .filter((word) => word !== '' && !word.startsWith('-'))
    .map((word) => resolve(workingFolder, word))
    .filter((path) => existsSync(path))
}
