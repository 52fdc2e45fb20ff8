import { z } from 'zod'
import type { problemSchema } from '../errors.ts'
import { accountSchema, accountSecretSchema, testReportSchema } from '../model/account.ts'
import { engineSettingsSchema } from '../model/settings.ts'

/** What the engine must know before it starts; sent again whenever it changes. Holds secrets: never logged, never stored. */
export const engineConfigSchema = engineSettingsSchema.extend({
  accounts: z.array(z.strictObject({ account: accountSchema, secret: accountSecretSchema.nullable() })),
  defaultAccountId: z.string().nullable()
})
export type EngineConfig = z.infer<typeof engineConfigSchema>

/** Questions only main may ask the engine, beside those of the window. */
export const privateCalls = {
  'engine:configure': { input: engineConfigSchema, output: z.null() },
  'engine:test-account': {
    input: z.strictObject({ account: accountSchema, secret: accountSecretSchema.nullable() }),
    output: testReportSchema
  },
  /** `suspend`, `resume`, `online`: what the system told main. */
  'engine:power': {
    input: z.strictObject({ event: z.enum(['suspend', 'resume', 'online', 'offline']) }),
    output: z.null()
  },
  /** Stops taking new work and lets requests end; resolves when it is safe to end the process. */
  'engine:drain': { input: z.strictObject({}), output: z.null() }
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>
export type PrivateCallName = keyof typeof privateCalls

/** Messages between main and the engine over the child process's IPC channel. */
export type ToEngine = { readonly kind: 'call'; readonly id: number; readonly name: string; readonly input: unknown }
export type FromEngine =
  | { readonly kind: 'ready' }
  | { readonly kind: 'reply'; readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly kind: 'reply'; readonly id: number; readonly ok: false; readonly error: z.infer<typeof problemSchema> }
  | { readonly kind: 'event'; readonly name: string; readonly payload: unknown }
