import { z } from 'zod'
import { AppError } from '../errors.ts'
import { defaultSettings, type Settings, settingsSchema } from '../model/settings.ts'

type RawSettings = Readonly<Record<string, unknown>>

/** Step `n` brings a file of version `n` to version `n + 1`. A step is never changed once released. */
const steps: Readonly<Record<number, (raw: RawSettings) => RawSettings>> = {
  1: fromVersion1
}

/**
 * The settings in what a settings file held, whatever version of Silverdrop wrote it. What the file does not mention
 * has its default; a file that does not exist yet (`undefined` or `{}`) gives the defaults.
 *
 * @throws AppError `settings-damaged` if it is no settings file, or one of a newer Silverdrop. Nothing is guessed then.
 */
export function migrateSettings(raw: unknown): Settings {
  if (raw === undefined || isEmptyObject(raw)) return defaultSettings
  const start = versionedSchema.safeParse(raw)
  if (!start.success) throw new AppError('settings-damaged', 'The settings have no version', { cause: start.error })

  let settings: RawSettings = start.data
  for (let version = start.data.version; version !== defaultSettings.version; version += 1) {
    const step = steps[version]
    if (!step) throw new AppError('settings-damaged', `The settings are of version ${start.data.version}`)
    settings = { ...step(settings), version: version + 1 }
  }

  const parsed = settingsSchema.safeParse({ ...defaultSettings, ...settings })
  if (parsed.success) return parsed.data
  throw new AppError('settings-damaged', z.prettifyError(parsed.error), { cause: parsed.error })
}

const versionedSchema = z.looseObject({ version: z.int().min(1) })
const accountsSchema = z.array(z.looseObject({}))

/** Version 2 calls an account's `keyId` by R2's own name, and knows a density, which the defaults provide. */
function fromVersion1(raw: RawSettings): RawSettings {
  const accounts = accountsSchema.safeParse(raw['accounts'] ?? [])
  if (!accounts.success) throw new AppError('settings-damaged', 'The accounts are not a list of accounts')
  return {
    ...raw,
    accounts: accounts.data.map(({ keyId, ...account }) =>
      keyId === undefined ? account : { ...account, accessKeyId: keyId }
    )
  }
}

function isEmptyObject(raw: unknown): boolean {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw) && Object.keys(raw).length === 0
}
