import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { AppError } from '../../shared/errors.ts'

const run = promisify(execFile)

/** A frame of any camera's film is decoded in far less, from a memory card too. */
const TIME_LIMIT_MS = 10_000

/** 8K is 33 MP, and no camera films twice that: a header that claims more wants memory. */
const MOST_PIXELS = 70_000_000

/** A picture for rows and pages is smaller still. */
const LONG_EDGE_PX = 640
const MOST_PNG_BYTES = 16 * 1024 * 1024

/** So far in, the camera is held still and has measured the light; of a film of under two seconds: its middle. */
const USUAL_SECOND = 1

/**
 * A frame of a film as PNG, upright, of at most 640 × 640, made by the machine's own ffmpeg.
 *
 * @param durationSeconds Null where it is not known.
 * @throws AppError `picture-unsupported` where there is no ffmpeg or it makes nothing of the file; `render-timeout` after
 *   ten seconds.
 */
export async function posterFrame(path: string, durationSeconds: number | null): Promise<Buffer> {
  const second = Math.min(USUAL_SECOND, (durationSeconds ?? Number.POSITIVE_INFINITY) / 2)
  try {
    const { stdout } = await run('ffmpeg', argumentsFor(path, second), {
      encoding: 'buffer',
      timeout: TIME_LIMIT_MS,
      killSignal: 'SIGKILL',
      maxBuffer: MOST_PNG_BYTES,
      windowsHide: true
    })
    if (stdout.length > 0) return stdout
  } catch (cause) {
    const isKilled = cause instanceof Error && 'killed' in cause && cause.killed === true
    throw new AppError(isKilled ? 'render-timeout' : 'picture-unsupported', `ffmpeg: ${path}`, { cause })
  }
  throw new AppError('picture-unsupported', `ffmpeg found no picture in ${path}`)
}

function argumentsFor(path: string, second: number): string[] {
  const size = `'min(${LONG_EDGE_PX},iw)':'min(${LONG_EDGE_PX},ih)'`
  return [
    ...['-v', 'error', '-nostdin'],
    // One film of many at a time, and for as long as it may take: ffmpeg ends by itself, too, if we are gone.
    ...['-threads', '1', '-timelimit', String(TIME_LIMIT_MS / 1000), '-max_pixels', String(MOST_PIXELS)],
    // A playlist that calls itself a film fetches nothing.
    ...['-protocol_whitelist', 'file', '-ss', String(second), '-i', `file:${path}`],
    ...['-frames:v', '1', '-vf', `scale=${size}:force_original_aspect_ratio=decrease`],
    ...['-f', 'image2pipe', '-c:v', 'png', 'pipe:1']
  ]
}
