import { z } from 'zod'
import { accountSchema } from './account.ts'
import { collectionRulesSchema, DEFAULT_KEY_TEMPLATE } from './collection.ts'
import { ORIGINAL, WEB } from './output.ts'
import { defaultTransferSettings, transferSettingsSchema } from './transfer.ts'

export const appearances = ['system', 'light', 'dark'] as const
export const densities = ['compact', 'comfortable'] as const

/** What the settings file holds. No secret is ever in it. */
export const settingsSchema = z.strictObject({
  /** Of the file's form; `migrateSettings` brings older ones up. */
  version: z.literal(2),
  appearance: z.enum(appearances),
  density: z.enum(densities),
  accounts: z.array(accountSchema),
  /** The account that a drop goes to; null before the first minute is over. */
  defaultAccountId: z.string().nullable(),
  /** What a new collection starts with. */
  newCollection: collectionRulesSchema,
  transfer: transferSettingsSchema,
  /** Folder in which the last dialog ended. */
  lastFolder: z.string().nullable()
})
export type Settings = z.infer<typeof settingsSchema>

export const LOCAL_ACCOUNT_ID = 'local'

export const defaultSettings: Settings = {
  version: 2,
  appearance: 'system',
  density: 'comfortable',
  accounts: [],
  defaultAccountId: null,
  newCollection: {
    keyTemplate: DEFAULT_KEY_TEMPLATE,
    outputs: [ORIGINAL, WEB],
    conflict: 'keep-both',
    link: { kind: 'public' },
    cacheControl: {},
    user: ''
  },
  transfer: defaultTransferSettings,
  lastFolder: null
}
