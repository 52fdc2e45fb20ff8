import { createNamePattern } from './createNamePattern.ts'

/** Null stands for any number of folders. */
type Segment = ((name: string) => boolean) | null

/**
 * A pattern of a collection's rules, as `.gitignore` has them; within a name as `createNamePattern` says.
 *
 * - `**` as a whole name stands for any number of folders
 * - without a `/` inside, the pattern holds in every folder; with one, from the collection's root
 * - what fits a folder fits all that is in it; with a `/` at its end, a pattern fits folders only
 *
 * Upper and lower case are the same, and so are the normalisations of Unicode.
 *
 * @returns whether a path below the root, with `/`, fits.
 */
export function createPattern(pattern: string): (relativePath: string) => boolean {
  const isOfFolders = pattern.endsWith('/')
  const names = fold(pattern)
    .split('/')
    .filter((name) => name !== '')
  const isTied = /\/(?!$)/.test(pattern)
  // At the end of a pattern `**` is any name, and with it all that is in that folder.
  const own = names.map((name, index): Segment => (name === '**' && index < names.length - 1 ? null : createName(name)))
  const segments = isTied ? own : [null, ...own]
  return (relativePath) => {
    const path = fold(relativePath).split('/')
    return fits(isOfFolders ? path.slice(0, -1) : path, segments)
  }
}

function createName(name: string): Segment {
  return createNamePattern(name === '**' ? '*' : name)
}

/** Each name is tried against each segment once at most, so no pattern can make it slow. */
function fits(names: ReadonlyArray<string>, segments: ReadonlyArray<Segment>): boolean {
  let standing = withFolders([0], segments)
  for (const name of names) {
    const next: number[] = []
    for (const at of standing) {
      const segment = segments[at]
      if (segment === null) next.push(at)
      else if (segment?.(name)) next.push(at + 1)
    }
    standing = withFolders(next, segments)
    if (standing.has(segments.length)) return true
  }
  return false
}

/** Any number of folders may be none. */
function withFolders(places: ReadonlyArray<number>, segments: ReadonlyArray<Segment>): ReadonlySet<number> {
  const all = new Set(places)
  for (const at of all) if (segments[at] === null) all.add(at + 1)
  return all
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase()
}
