export type Crumb = { readonly label: string; readonly prefix: string }

/**
 * The way from the bucket down to a folder.
 *
 * @param prefix `''` or ends in `/`.
 */
export function crumbsOf(bucket: string, prefix: string): Crumb[] {
  const names = prefix.split('/').slice(0, -1)
  return [
    { label: bucket, prefix: '' },
    ...names.map((name, index) => ({
      // A key may hold two slashes in a row: a folder without a name still needs a word to press.
      label: name === '' ? '(no name)' : name,
      prefix: `${names.slice(0, index + 1).join('/')}/`
    }))
  ]
}
