import { z } from 'zod'
import { accountSchema } from './account.ts'
import { collectionRulesSchema, DEFAULT_KEY_TEMPLATE } from './collection.ts'
import { ORIGINAL, WEB } from './output.ts'
import { defaultTransferSettings, transferSettingsSchema } from './transfer.ts'
import { privacyZonesSchema } from './zone.ts'

/** Small pictures take 10 KB each: from a few thousand of them to a million. */
export const previewCacheBytesSchema = z.int().min(50_000_000).max(10_000_000_000)

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
  privacyZones: privacyZonesSchema,
  /** Small pictures of rows and pages are kept up to this much; the ones not looked at for longest go first. */
  previewCacheBytes: previewCacheBytesSchema,
  /** Folder in which the last dialog ended. */
  lastFolder: z.string().nullable()
})
export type Settings = z.infer<typeof settingsSchema>

/** What of the settings concerns the engine. */
export const engineSettingsSchema = settingsSchema.pick({
  newCollection: true,
  transfer: true,
  privacyZones: true,
  previewCacheBytes: true
})
export type EngineSettings = z.infer<typeof engineSettingsSchema>

export function engineSettings(settings: Settings): EngineSettings {
  const { newCollection, transfer, privacyZones, previewCacheBytes } = settings
  return { newCollection, transfer, privacyZones, previewCacheBytes }
}

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
  privacyZones: [],
  previewCacheBytes: 1_000_000_000,
  lastFolder: null
}
