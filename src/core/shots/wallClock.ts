const WALL_CLOCK = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})/

/** A moment as a clock on the wall showed it, in no zone: two digits each, four for the year. */
export type WallClock = {
  readonly yyyy: string
  readonly MM: string
  readonly dd: string
  readonly HH: string
  readonly mm: string
  readonly ss: string
}

/**
 * When a frame was taken, as the camera's clock showed it; where the camera did not say, the file's own date in this
 * computer's zone, as a file browser shows it.
 *
 * @param capturedAt `2026-11-21T15:42:10`, with or without what follows; null if unknown.
 * @param mtimeNs Unix time in ns.
 */
export function wallClockOf(capturedAt: string | null, mtimeNs: bigint): WallClock {
  return (capturedAt === null ? null : parseWallClock(capturedAt)) ?? fileClock(mtimeNs)
}

/** @returns null for what is no time; cameras whose clock was never set write `0000:00:00`. */
function parseWallClock(text: string): WallClock | null {
  const [, yyyy = '', MM = '', dd = '', HH = '', mm = '', ss = ''] = WALL_CLOCK.exec(text) ?? []
  const date = new Date(`${yyyy}-${MM}-${dd}T${HH}:${mm}:${ss}Z`)
  const isReal = yyyy > '0000' && !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(dd)
  return isReal ? { yyyy, MM, dd, HH, mm, ss } : null
}

function fileClock(mtimeNs: bigint): WallClock {
  const date = new Date(Number(mtimeNs / 1_000_000n))
  return {
    yyyy: String(date.getFullYear()).padStart(4, '0'),
    MM: twoDigits(date.getMonth() + 1),
    dd: twoDigits(date.getDate()),
    HH: twoDigits(date.getHours()),
    mm: twoDigits(date.getMinutes()),
    ss: twoDigits(date.getSeconds())
  }
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
