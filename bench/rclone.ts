import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Sent } from './contend.ts'
import type { Certificate } from './makeCertificate.ts'
import { runPeer } from './runPeer.ts'

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

/** Copies a folder with rclone's own settings but for `transfers`. */
export function rcloneCopy(
  folder: string,
  origin: string,
  transfers: number,
  certificate: Certificate | null
): Promise<Sent> {
  const trust = certificate === null ? [] : ['--ca-cert', certificate.certificatePath]
  const args = ['copy', folder, 'null:rclone', '--transfers', String(transfers), ...trust]
  return runPeer('rclone', args, rcloneEnvironment(origin))
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
  // Its AWS SDK ends at once over a bundle that it cannot read; the certificate is named on the command line.
  delete (env as NodeJS.ProcessEnv)['AWS_CA_BUNDLE']
  return env
}
