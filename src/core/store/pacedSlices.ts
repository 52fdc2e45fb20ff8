import { KiB, MiB } from '../../shared/units.ts'
import type { Pacer } from './Pacer.ts'

/** Small enough that a slow line flows rather than jumps. */
const PACED_BYTES = 64 * KiB

/** So much goes out before a limit that is set meanwhile takes effect. */
const UNPACED_BYTES = 4 * MiB

/** A body in slices, each when it may go out. */
export async function* pacedSlices(bytes: Uint8Array, pacer: Pacer, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; ) {
    const slice = bytes.subarray(start, start + (pacer.isLimiting ? PACED_BYTES : UNPACED_BYTES))
    if (pacer.isLimiting) await pacer.take(slice.length, signal)
    signal.throwIfAborted()
    yield slice
    start += slice.length
  }
}

/** Whether a body may be handed over as a whole. */
export function goesWhole(bytes: Uint8Array, pacer: Pacer): boolean {
  return !pacer.isLimiting && bytes.length <= UNPACED_BYTES
}
