import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Tools that share no code of ours. Tests that need one are left out where it is not installed. */
export const hasImageMagick = answers('convert', '-version')
export const hasExifTool = answers('exiftool', '-ver')
export const hasFfmpeg = answers('ffmpeg', '-version')

function answers(command: string, argument: string): boolean {
  try {
    return execFileSync(command, [argument], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).length > 0
  } catch {
    return false // not installed; on Windows `convert` is another program, and fails
  }
}

/** ImageMagick's answer as 8-bit RGB. */
export async function magickPixels(args: ReadonlyArray<string>): Promise<Buffer> {
  const { stdout } = await run('convert', [...args, '-alpha', 'off', '-depth', '8', 'rgb:-'], {
    encoding: 'buffer',
    maxBuffer: 1e9
  })
  return stdout
}

export async function magick(...args: ReadonlyArray<string>): Promise<void> {
  await run('convert', [...args])
}

/** Every tag that ExifTool sees, by group and name, with what is embedded and what it does not know. */
export async function readTags(path: string): Promise<Record<string, unknown>> {
  const { stdout } = await run('exiftool', ['-j', '-G0:1', '-a', '-u', '-ee3', '-b', '-api', 'requestall=3', path], {
    maxBuffer: 1e9
  })
  return (JSON.parse(stdout) as [Record<string, unknown>])[0]
}
