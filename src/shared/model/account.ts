import { z } from 'zod'
import { problemSchema } from '../errors.ts'

const common = {
  id: z.string().min(1).max(64),
  /** What the person calls it: "Studio", "Client galleries". */
  name: z.string().min(1).max(80),
  /** Put before every key of this account; `''` or ends in `/`. */
  prefix: z.string().max(512).default('')
}

/** Where R2 answers, by jurisdiction. Open-ended: Cloudflare adds to it (r2-facts §1). */
export const jurisdictions = ['default', 'eu', 'us', 'fedramp'] as const

/** https://developers.cloudflare.com/r2/buckets/create-buckets/ : 3 to 63 of a-z, 0-9 and hyphen. */
export const bucketNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'A bucket name has 3 to 63 lower-case letters, digits and hyphens')

/** A base for public links: https (http for a server on this computer), no query, no fragment. */
export const publicBaseUrlSchema = z.url({ protocol: /^https?$/ }).refine((text) => {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return url.search === '' && url.hash === '' && url.username === ''
}, 'A public address has no query and no fragment')

/** An account without its secret: what settings, window and logs may hold. */
export const accountSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...common,
    kind: z.literal('r2'),
    /** For example `https://<account id>.eu.r2.cloudflarestorage.com`; without bucket, without trailing slash. */
    endpoint: z.url({ protocol: /^https?$/ }),
    region: z.string().default('auto'),
    bucket: bucketNameSchema,
    accessKeyId: z.string().min(1),
    publicBaseUrl: publicBaseUrlSchema.nullable()
  }),
  /** Cloudflare's own R2 emulator on this computer; objects live under Silverdrop's home. */
  z.strictObject({ ...common, kind: z.literal('local'), bucket: bucketNameSchema }),
  /** A plain folder that stands in for a bucket. */
  z.strictObject({
    ...common,
    kind: z.literal('folder'),
    path: z.string().min(1),
    publicBaseUrl: publicBaseUrlSchema.nullable()
  })
])
export type Account = z.infer<typeof accountSchema>
export type R2Account = Extract<Account, { kind: 'r2' }>

/** What must never leave the vault, main and the engine. */
export const accountSecretSchema = z.strictObject({
  secretAccessKey: z.string().min(1),
  sessionToken: z.string().min(1).optional()
})
export type AccountSecret = z.infer<typeof accountSecretSchema>

/** Where an account's secret is kept: in the system's vault, only until the app ends, in a plain file by consent, … */
export const secretPlaces = ['vault', 'memory', 'plain', 'missing', 'not-needed'] as const
export const accountViewSchema = z.strictObject({
  account: accountSchema,
  secret: z.enum(secretPlaces),
  isDefault: z.boolean()
})
export type AccountView = z.infer<typeof accountViewSchema>

/** The endpoint for a 32-hex account id. @see r2-facts §1; https://developers.cloudflare.com/r2/reference/data-location/ */
export function endpointFor(accountId: string, jurisdiction: string): string {
  const middle = jurisdiction === 'default' ? '' : `.${jurisdiction}`
  return `https://${accountId}${middle}.r2.cloudflarestorage.com`
}

/** What the Test button tries, in order. A step after a failed one may be `skipped`. */
export const testSteps = [
  'reach',
  'sign-in',
  'clock',
  'list-buckets',
  'list',
  'put',
  'head',
  'get',
  'presign',
  'delete',
  'public-link'
] as const
export const testReportSchema = z.strictObject({
  ok: z.boolean(),
  steps: z.array(
    z.strictObject({
      step: z.enum(testSteps),
      status: z.enum(['ok', 'failed', 'skipped', 'warning']),
      /** Why it failed, or what to know about a warning. */
      problem: problemSchema.nullable()
    })
  ),
  /** Server time minus this computer's, in ms; null where the server sent no `Date`. */
  clockOffsetMs: z.number().nullable(),
  /** Buckets these keys may list, or null where they may not (an "Object" token): the typed name is then enough. */
  buckets: z.array(z.string()).nullable()
})
export type TestReport = z.infer<typeof testReportSchema>
export type TestStep = (typeof testSteps)[number]
