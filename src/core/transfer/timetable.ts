import { hoursHold } from '../../shared/hours.ts'
import type { Bandwidth } from '../../shared/model/transfer.ts'

/**
 * What the person allows at a moment, in this computer's local time: so an entry from 2:30 to 3:30 has no hour on the
 * day on which the clocks go forward past it, and two on the day on which they go back.
 *
 * @returns bytes a second; null: no limit, 0: nothing is to be sent.
 */
export function limitAt({ bytesPerSecond, timetable }: Bandwidth, at: Date): number | null {
  const entry = timetable.find((one) => hoursHold(one, at))
  return entry ? entry.bytesPerSecond : bytesPerSecond
}

/** How long until the timetable may say something else: to the next full minute, in which every entry begins and ends. */
export function untilNextMinuteMs(nowMs: number): number {
  return 60_000 - (nowMs % 60_000)
}
