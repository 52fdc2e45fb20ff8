import { assertNever } from '../../shared/errors.ts'
import type { LinkFormat } from '../../shared/model/link.ts'
import { escapeHtml, oneLine } from './escapeHtml.ts'
import { type LinkPicture, pictureElement } from './pictureElement.ts'

export type MadeLink = {
  readonly name: string
  readonly key: string
  readonly url: string
  /** What it was made of; null where that is not known. */
  readonly frameId: string | null
  /** Null for what browsers do not show in place, or of which the size is not known. */
  readonly picture: LinkPicture | null
}

/** What browsers show in place; anything else is linked to instead. */
const SHOWN_IN_PLACE = /\.(?:jpe?g|png|gif|webp|avif|svg)$/i

/**
 * Links as text to paste, one a line, in the order given; as `picture` one a frame.
 *
 * @param links With percent-encoded URLs; names may hold anything that a file name can.
 */
export function formatLinks(links: ReadonlyArray<MadeLink>, format: LinkFormat): string {
  if (format === 'picture') return formatPictures(links).join('\n')
  return links.map((link) => formatLink(link, format)).join('\n')
}

function formatPictures(links: ReadonlyArray<MadeLink>): string[] {
  const groups = Map.groupBy(links, ({ key, frameId }) => frameId ?? `key ${key}`)
  return [...groups.values()].flatMap((group) => {
    const pictures = group.flatMap(({ url, picture }) => (picture === null ? [] : [{ url, picture }]))
    const [first] = group
    if (first && pictures.length > 0) return [pictureElement(first.name, pictures)]
    return group.map((link) => formatLink(link, 'html'))
  })
}

function formatLink({ name, key, url }: MadeLink, format: Exclude<LinkFormat, 'picture'>): string {
  switch (format) {
    case 'plain':
      return url
    case 'markdown':
      return `${SHOWN_IN_PLACE.test(key) ? '!' : ''}[${escapeMarkdown(name)}](${escapeParentheses(url)})`
    case 'html':
      return SHOWN_IN_PLACE.test(key)
        ? `<img src="${escapeHtml(url)}" alt="${escapeHtml(name)}">`
        : `<a href="${escapeHtml(url)}">${escapeHtml(name)}</a>`
    default:
      return assertNever(format)
  }
}

/** Every ASCII punctuation mark may be escaped; those that mean nothing in a link text are left readable. */
function escapeMarkdown(text: string): string {
  return oneLine(text).replace(/[\\[\]<>*_`!&~|]/g, '\\$&')
}

/** Keys have none left unescaped; the public address before them, and a signature, may. */
function escapeParentheses(url: string): string {
  return url.replaceAll('(', '%28').replaceAll(')', '%29')
}
