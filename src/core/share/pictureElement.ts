import { escapeHtml } from './escapeHtml.ts'

/** What is known of a linked object that browsers show in place. */
export type LinkPicture = {
  /** One of `shownTypes`. */
  readonly contentType: string
  readonly widthPx: number
  readonly heightPx: number
  /** Made for showing; not the frame's own file. */
  readonly isRendition: boolean
  readonly hasWatermark: boolean
}

/** A picture and where it is, percent-encoded. */
export type PictureLink = { readonly url: string; readonly picture: LinkPicture }

/** Offered before the fallback, the smallest files first. */
const SOURCE_TYPES = ['image/avif', 'image/webp']
/** What `<img>` itself shows, the most widely understood first. */
export const shownTypes: ReadonlyArray<string> = ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif']

/** A crop has another shape, and must not take the place of the whole. Sides are rounded to pixels. */
const MAX_ASPECT_DIFFERENCE = 0.02

/**
 * What a page shows of one frame: a `<picture>` of all widths and formats that were made of it, from which each browser
 * takes what it needs; `<img>` where there is only one. The frame's own file is taken where nothing else was made, and
 * one with a watermark where there is none without.
 *
 * @param links To outputs of one frame, at least one.
 */
export function pictureElement(name: string, links: ReadonlyArray<PictureLink>): string {
  const renditions = preferring(links, ({ picture }) => picture.isRendition)
  const unmarked = preferring(renditions, ({ picture }) => !picture.hasWatermark)
  const widestFirst = unmarked.toSorted((one, other) => other.picture.widthPx - one.picture.widthPx)
  const same = widestFirst.filter(({ picture }) => hasShapeOf(picture, widestFirst[0]?.picture))
  const byType = Map.groupBy(same, ({ picture }) => picture.contentType)
  const fallback = shownTypes.flatMap((type) => byType.get(type)?.slice(0, 1) ?? [])[0]
  if (!fallback) throw new RangeError(`Expected a link of ${name} that browsers show`)
  const { widthPx, heightPx, contentType } = fallback.picture
  const size = `width="${widthPx}" height="${heightPx}"`
  const others = same.length > 1 && !SOURCE_TYPES.includes(contentType) ? srcset(byType.get(contentType) ?? []) : ''
  const img = `<img src="${escapeHtml(fallback.url)}"${others} ${size} alt="${escapeHtml(name)}">`
  const sources = SOURCE_TYPES.flatMap((type) => {
    const ofType = byType.get(type)
    return ofType && same.length > 1 ? [`<source type="${type}"${srcset(ofType, true)}>`] : []
  })
  return sources.length === 0 ? img : `<picture>${sources.join('')}${img}</picture>`
}

function preferring(
  links: ReadonlyArray<PictureLink>,
  isBetter: (link: PictureLink) => boolean
): ReadonlyArray<PictureLink> {
  const better = links.filter(isBetter)
  return better.length > 0 ? better : links
}

function hasShapeOf(one: LinkPicture, other: LinkPicture | undefined): boolean {
  if (!other) return false
  const ratio = (one.widthPx * other.heightPx) / (one.heightPx * other.widthPx)
  return Math.abs(ratio - 1) <= MAX_ASPECT_DIFFERENCE
}

/** One candidate a width, narrowest first. @param isAlways Also with a single one. */
function srcset(widestFirst: ReadonlyArray<PictureLink>, isAlways = false): string {
  const byWidth = new Map(widestFirst.map((link) => [link.picture.widthPx, link.url]))
  if (byWidth.size < 2 && !isAlways) return ''
  const candidates = [...byWidth].reverse().map(([widthPx, url]) => `${escapeHtml(url)} ${widthPx}w`)
  return ` srcset="${candidates.join(', ')}" sizes="100vw"`
}
