import { assertNever } from '../../shared/errors.ts'
import type { LinkFormat } from '../../shared/model/link.ts'

type MadeLink = { readonly name: string; readonly key: string; readonly url: string }

/** What browsers show in place; anything else is linked to instead. */
const SHOWN_IN_PLACE = /\.(?:jpe?g|png|gif|webp|avif|svg)$/i

/**
 * Links as text to paste, one a line, in the order given.
 *
 * @param links With percent-encoded URLs; names may hold anything that a file name can.
 */
export function formatLinks(links: ReadonlyArray<MadeLink>, format: LinkFormat): string {
  return links.map((link) => formatLink(link, format)).join('\n')
}

function formatLink({ name, key, url }: MadeLink, format: LinkFormat): string {
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

const HTML_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;'
}

function escapeHtml(text: string): string {
  return oneLine(text).replace(/[&<>"']/g, (character) => HTML_ENTITIES[character] ?? character)
}

/** A line break in a file name would make two lines of one link. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}
