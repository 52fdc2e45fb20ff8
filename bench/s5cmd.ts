import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Sent } from './contend.ts'
import { runPeer } from './runPeer.ts'

/** For example `s5cmd v2.3.0`, or null where it is not installed. @see https://github.com/peak/s5cmd */
export async function s5cmdVersion(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('s5cmd', ['version'])
    return `s5cmd ${stdout.trim()}`
  } catch {
    return null
  }
}

/** Copies a folder with s5cmd's own settings but for `numworkers`; it does not check the certificate. */
export function s5cmdCopy(folder: string, origin: string, workers: number): Promise<Sent> {
  const options = ['--endpoint-url', origin, '--no-verify-ssl', '--numworkers', String(workers)]
  const env = { ...process.env, AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench', AWS_REGION: 'auto' }
  return runPeer('s5cmd', [...options, 'cp', `${folder}/`, 's3://s5cmd/'], env)
}
