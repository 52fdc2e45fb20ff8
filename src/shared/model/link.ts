import { z } from 'zod'
import { problemSchema } from '../errors.ts'

/** The longest a signed link may live: 7 days. @see https://developers.cloudflare.com/r2/api/s3/presigned-urls/ */
export const MAX_SIGNED_SECONDS = 604_800

/** `public` opens for ever for anyone, `signed` until a date, `private` has no link. */
export const linkKindSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('public') }),
  z.strictObject({ kind: z.literal('signed'), seconds: z.int().min(1).max(MAX_SIGNED_SECONDS) }),
  z.strictObject({ kind: z.literal('private') })
])
export type LinkKind = z.infer<typeof linkKindSchema>

/** `picture`: HTML too, a `<picture>` of all widths and formats of a frame. */
export const linkFormats = ['plain', 'markdown', 'html', 'picture'] as const
export type LinkFormat = (typeof linkFormats)[number]

/** A link, or the reason why there is none. `url` of a signed link is a secret: it is never logged or stored. */
export const linkViewSchema = z.strictObject({
  /** File name to show beside it. */
  name: z.string(),
  key: z.string(),
  outputId: z.string().nullable(),
  url: z.string().nullable(),
  /** Null: for ever. */
  opensUntilMs: z.int().nullable(),
  problem: problemSchema.nullable()
})
export type LinkView = z.infer<typeof linkViewSchema>

export const linksSchema = z.strictObject({
  /** What goes on the clipboard: the links that exist, in the order of the files, one a line. */
  text: z.string(),
  links: z.array(linkViewSchema),
  /** `opens`: one of them was fetched just now. `fails`: it was, and did not open. `untried`: there was none to try. */
  tried: z.enum(['opens', 'fails', 'untried']),
  /** What the person must know: why links are missing, or will not open for others. */
  problems: z.array(problemSchema)
})
export type Links = z.infer<typeof linksSchema>
