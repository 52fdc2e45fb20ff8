/**
 * What is left out, as plain data that can cross to another thread. A pattern is a name in which `*` stands for any
 * characters but `/`; upper and lower case are the same. With a `/` at its end it means folders only; with a `/` inside,
 * the last names of a path: `M4ROOT/THMBNL/`.
 */
export type IgnoreRules = ReadonlyArray<string>

/** `relativePath` is below the folder that was given, with `/`. Only its own end is judged, not the folders above it. */
export type Ignores = (relativePath: string, isFolder: boolean) => boolean

/** Our own file by which we find out whether changes are announced (`Probe.ts`): left out whatever the rules say. */
export const PROBE_NAME = '.silverdrop-probe'

/** @returns a matcher that knows all patterns at once. */
export function createIgnore(rules: IgnoreRules): Ignores {
  const all = [...rules, PROBE_NAME]
  const forFolders = createMatcher(all.map((rule) => rule.replace(/\/$/, '')))
  const forFiles = createMatcher(all.filter((rule) => !rule.endsWith('/')))
  return (relativePath, isFolder) => (isFolder ? forFolders : forFiles)(relativePath)
}

/**
 * Each walk asks for every file, so the common case has to be quick: patterns that are tied to the start of a name are
 * kept apart from those that may begin anywhere (a mixture costs six times as much), and paths from names.
 */
function createMatcher(patterns: ReadonlyArray<string>): (path: string) => boolean {
  const forNames = patterns.filter((pattern) => !pattern.includes('/'))
  const tied = toExpression(
    '^',
    forNames.filter((pattern) => !pattern.startsWith('*'))
  )
  const loose = toExpression(
    '',
    forNames.filter((pattern) => pattern.startsWith('*')).map((pattern) => pattern.replace(/^\*+/, ''))
  )
  const forPaths = patterns.filter((pattern) => pattern.includes('/'))
  const paths = toExpression('(?:^|/)', forPaths)
  return (path) => {
    const name = fold(path.slice(path.lastIndexOf('/') + 1))
    return tied.test(name) || loose.test(name) || (forPaths.length > 0 && paths.test(fold(path)))
  }
}

function toExpression(start: string, patterns: ReadonlyArray<string>): RegExp {
  if (patterns.length === 0) return /(?!)/
  const sources = patterns.map((pattern) =>
    fold(pattern)
      .replace(/[\\^$.+?()[\]{}|]/g, '\\$&')
      .replaceAll('*', '[^/]*')
  )
  return new RegExp(`${start}(?:${sources.join('|')})$`, 'u')
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase()
}
