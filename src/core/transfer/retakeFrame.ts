import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { AppError, toProblem } from '../../shared/errors.ts'
import type { Frame } from '../catalog/records.ts'
import type { Clock } from '../files/Clock.ts'
import { fingerprintOf, sameFingerprint, toFrameFile } from '../files/FrameFile.ts'
import { isStop } from './StopReason.ts'
import { type AbsencePorts, settleAbsence } from './settleAbsence.ts'

export type RetakePorts = AbsencePorts & {
  readonly clock: Clock
  readonly onFrameChanged: (frameId: string) => void
}

/** How long a source that changed while it was read must stand still before it is taken again. */
const SETTLE_MS = 2_000

/**
 * The source is another now: everything made of it is dropped, and it is taken again when it stands still. What another
 * card has at its path is not taken: the frame waits for its own. When all work is stopped it waits as it was, and what
 * has become of the source is found out anew.
 */
export async function retakeFrame(frame: Frame, ports: RetakePorts, signal: AbortSignal): Promise<void> {
  const { frames, clock, absenceOf, onFrameChanged } = ports
  frames.settle(frame.id)
  onFrameChanged(frame.id)
  let seen = await look(frame.path)
  while (seen) {
    await pause(clock, SETTLE_MS, signal)
    if (signal.aborted) break
    const now = await look(frame.path)
    if (now && sameFingerprint(fingerprintOf(now), fingerprintOf(seen))) {
      const absence = await absenceOf(frame)
      if (isSettled()) return
      if (absence === 'away' || signal.aborted) frames.restart(frame.id)
      else frames.renew(frame.id, toFrameFile(frame.path, frame.relativePath, now))
      return
    }
    seen = now
  }
  if (isSettled()) return
  const gone = new AppError('file-missing', `${frame.path} went away while it was read`)
  if (!signal.aborted && ((await settleAbsence(frame, [], gone, ports, signal)) || isSettled())) return
  if (signal.aborted) frames.restart(frame.id)
  else frames.setStatus(frame.id, 'failed', toProblem(gone))

  /** The catalog says already what is to be. */
  function isSettled(): boolean {
    return isStop(signal, 'changed') || isStop(signal, 'elsewhere') || frames.statusOf(frame.id) !== 'settling'
  }
}

async function look(path: string): Promise<BigIntStats | null> {
  const stats = await stat(path, { bigint: true }).catch(() => null)
  return stats?.isFile() ? stats : null
}

/** Ends early when aborted, without throwing. */
async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    const end = () => {
      stopTimer()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const stopTimer = clock.setTimer(ms, end)
    signal.addEventListener('abort', end, { once: true })
  })
}
