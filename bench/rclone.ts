import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** For example `rclone v1.60.1-DEV`, or null where it is not installed. */
export async function rcloneVersion(): Promise<string | null> {
  try {
    const { stdout } = await run('rclone', ['version'], { env: rcloneEnvironment('http://127.0.0.1:9') })
    return stdout.split('\n', 1)[0]?.trim() ?? 'rclone'
  } catch {
    return null
  }
}

/** Copies a folder with rclone's own settings but for `transfers`. @returns seconds, its start included. */
export async function rcloneCopy(folder: string, origin: string, transfers: number): Promise<number> {
  const startedMs = performance.now()
  await run('rclone', ['copy', folder, 'null:rclone', '--transfers', String(transfers)], {
    env: rcloneEnvironment(origin)
  })
  return (performance.now() - startedMs) / 1000
}

function rcloneEnvironment(endpoint: string): NodeJS.ProcessEnv {
  const env = {
    ...process.env,
    RCLONE_CONFIG: '/dev/null',
    RCLONE_CONFIG_NULL_TYPE: 's3',
    RCLONE_CONFIG_NULL_PROVIDER: 'Cloudflare',
    RCLONE_CONFIG_NULL_ACCESS_KEY_ID: 'bench',
    RCLONE_CONFIG_NULL_SECRET_ACCESS_KEY: 'bench',
    RCLONE_CONFIG_NULL_ENDPOINT: endpoint,
    RCLONE_CONFIG_NULL_REGION: 'auto',
    RCLONE_CONFIG_NULL_NO_CHECK_BUCKET: 'true'
  }
  // Its AWS SDK ends at once over a bundle that it cannot read, and nothing here is encrypted.
  delete (env as NodeJS.ProcessEnv)['AWS_CA_BUNDLE']
  return env
}
