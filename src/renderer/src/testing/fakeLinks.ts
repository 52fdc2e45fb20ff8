import type { Links } from '../../../shared/model/link.ts'

/** Links to what is there, written in a format; what is not there has its reason. */
export function fakeLinks(
  items: ReadonlyArray<{ name: string; key: string; isThere: boolean }>,
  format: string
): Links {
  const links = items.map(({ name, key, isThere }) => ({
    name,
    key,
    outputId: null,
    url: isThere ? `https://photos.example.com/${encodeURI(key)}` : null,
    opensUntilMs: null,
    problem: isThere ? null : ({ code: 'not-in-bucket', detail: key } as const)
  }))
  const made = links.flatMap(({ url, name }) => (url === null ? [] : [{ url, name }]))
  const written = made.map(({ url, name }) => {
    if (format === 'markdown') return `![${name}](${url})`
    return format === 'html' ? `<img src="${url}" alt="${name}">` : url
  })
  const problems = links.flatMap(({ problem }) => (problem === null ? [] : [problem])).slice(0, 1)
  return { text: written.join('\n'), links, tried: made.length > 0 ? 'opens' : 'untried', problems }
}
