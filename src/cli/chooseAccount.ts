import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { accountFromEnvironment } from '../core/accountFromEnvironment.ts'
import { AppError } from '../shared/errors.ts'
import type { EngineConfig } from '../shared/ipc/engine.ts'
import type { AccountSecret } from '../shared/model/account.ts'
import { defaultSettings, engineSettings, type Settings } from '../shared/model/settings.ts'
import { migrateSettings } from '../shared/settings/migrateSettings.ts'

/**
 * The engine's configuration for the terminal: the account that the environment describes, or one of the app's.
 *
 * The app's secrets lie in the system's vault, which only the app can open. For such an account the secret comes from
 * `SILVERDROP_SECRET_ACCESS_KEY`.
 *
 * @param name Id or name of one of the app's accounts, or null: the environment's, else the app's default.
 * @throws AppError `bad-request` where there is none.
 */
export function chooseAccount(home: string, env: NodeJS.ProcessEnv, name: string | null): EngineConfig {
  const settings = readSettings(home)
  const forEngine = engineSettings(settings)
  const fromEnvironment = name === null ? accountFromEnvironment(env) : null
  if (fromEnvironment) {
    return { accounts: [fromEnvironment], defaultAccountId: fromEnvironment.account.id, ...forEngine }
  }
  const wanted = name ?? settings.defaultAccountId
  const account = settings.accounts.find((one) => one.id === wanted || one.name === wanted)
  if (!account) {
    throw new AppError(
      'bad-request',
      name === null
        ? 'No account: set R2_ACCOUNT_ID, R2_ACCESS_KEY_ID, R2_SECRET_ACCESS_KEY and R2_BUCKET_NAME, or R2_MOCK_MODE=true for the local R2'
        : `The app has no account called "${name}". It has: ${settings.accounts.map((one) => one.name).join(', ') || 'none'}`
    )
  }
  return { accounts: [{ account, secret: secretFrom(env) }], defaultAccountId: account.id, ...forEngine }
}

function secretFrom(env: NodeJS.ProcessEnv): AccountSecret | null {
  const secretAccessKey = env['SILVERDROP_SECRET_ACCESS_KEY']
  return secretAccessKey ? { secretAccessKey } : null
}

function readSettings(home: string): Settings {
  let text: string
  try {
    text = readFileSync(join(home, 'config.json'), 'utf8')
  } catch {
    return defaultSettings // the app has not been started here
  }
  return migrateSettings(JSON.parse(text))
}
