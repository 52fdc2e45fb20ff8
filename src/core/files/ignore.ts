/**
 * What is left out, as plain data that can cross to another thread. A pattern is a name in which `*` stands for any
 * characters but `/`; upper and lower case are the same. With a `/` at its end it means folders only; with a `/` inside,
 * the last names of a path: `M4ROOT/THMBNL/`.
 */
export type IgnoreRules = ReadonlyArray<string>

/** `relativePath` is below the folder that was given, with `/`. Only its own end is judged, not the folders above it. */
export type Ignores = (relativePath: string, isFolder: boolean) => boolean

/** @returns a matcher that knows all patterns at once. */
export function createIgnore(rules: IgnoreRules): Ignores {
  const forFolders = createMatcher(rules.map((rule) => rule.replace(/\/$/, '')))
  const forFiles = createMatcher(rules.filter((rule) => !rule.endsWith('/')))
  return (relativePath, isFolder) => (isFolder ? forFolders : forFiles)(relativePath.normalize('NFC'))
}

/** Names are matched apart from paths: an expression that is tied to the start costs a tenth. */
function createMatcher(patterns: ReadonlyArray<string>): (path: string) => boolean {
  const names = toExpression(
    '^',
    patterns.filter((pattern) => !pattern.includes('/'))
  )
  const paths = toExpression(
    '(?:^|/)',
    patterns.filter((pattern) => pattern.includes('/'))
  )
  return (path) => names.test(path.slice(path.lastIndexOf('/') + 1)) || paths.test(path)
}

function toExpression(start: string, patterns: ReadonlyArray<string>): RegExp {
  if (patterns.length === 0) return /(?!)/
  const sources = patterns.map((pattern) =>
    pattern
      .normalize('NFC')
      .replace(/[\\^$.+?()[\]{}|]/g, '\\$&')
      .replaceAll('*', '[^/]*')
  )
  return new RegExp(`${start}(?:${sources.join('|')})$`, 'iu')
}
