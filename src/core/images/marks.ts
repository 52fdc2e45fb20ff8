import { z } from 'zod'

/** What a photographer has noted about a picture (photo-facts §2.2, §2.3). */
export const pictureMarksSchema = z
  .strictObject({
    /** Stars from 1 to 5, 0: none, -1: rejected. */
    rating: z.int().min(-1).max(5),
    /** In the words of the program that wrote it: `Red`, `Rot`, `Select`. */
    label: z.string().nullable(),
    /** Each once, whatever its case; of a hierarchy every level. */
    keywords: z.array(z.string()).readonly()
  })
  .readonly()
export type PictureMarks = z.infer<typeof pictureMarksSchema>

/** More than anyone gives; each is kept in the catalog for every frame. */
const MOST_KEYWORDS = 500
const MOST_LETTERS = 200

export type WrittenMarks = {
  readonly rating: string | null
  /** As Windows has it: 1, 25, 50, 75 and 99 are one to five stars. */
  readonly ratingPercent: string | null
  readonly label: string | null
  readonly keywords: ReadonlyArray<string>
}

/** Marks as files have them: cameras write 0 for no rating, programs 3.5 and 6. @returns null where nothing is noted. */
export function marksOf({ rating, ratingPercent, label, keywords }: WrittenMarks): PictureMarks | null {
  const stars = starsOf(rating) ?? starsOfPercent(ratingPercent)
  const words = distinct(keywords)
  if (stars === null && label === null && words.length === 0) return null
  return { rating: stars ?? 0, label: label?.slice(0, MOST_LETTERS) ?? null, keywords: words }
}

/** Marks with keywords of another block, those that are in both once. @returns null where nothing is noted. */
export function joinKeywords(marks: PictureMarks | null, more: ReadonlyArray<string>): PictureMarks | null {
  const keywords = distinct([...(marks?.keywords ?? []), ...more])
  if (marks === null && keywords.length === 0) return null
  return { rating: marks?.rating ?? 0, label: marks?.label ?? null, keywords }
}

function starsOf(text: string | null): number | null {
  if (text === null || !/^-?\d+(?:\.\d+)?$/.test(text)) return null
  return Math.max(-1, Math.min(5, Math.floor(Number(text))))
}

function starsOfPercent(text: string | null): number | null {
  if (text === null || !/^\d{1,3}$/.test(text)) return null
  const percent = Math.min(99, Number(text))
  return percent === 0 ? 0 : Math.round(percent / 25) + 1
}

function distinct(words: ReadonlyArray<string>): ReadonlyArray<string> {
  const byFolded = new Map<string, string>()
  for (const word of words) {
    const own = word.trim().normalize('NFC').slice(0, MOST_LETTERS)
    const folded = own.toLowerCase()
    if (own !== '' && !byFolded.has(folded) && byFolded.size < MOST_KEYWORDS) byFolded.set(folded, own)
  }
  return [...byFolded.values()]
}
