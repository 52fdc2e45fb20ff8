/**
 * A moment as a camera writes it: wall-clock time, with a zone only where the file names one. It is never completed
 * from the computer's own zone, since a picture from a journey would move by hours (photo-facts §2.1).
 */
export type CaptureTime = {
  /** `2026-11-21T15:42:10` */
  readonly local: string
  /** `+01:00` or `Z`; null where the file does not say. */
  readonly offset: string | null
  /** Digits after the decimal point of the second, as written. */
  readonly subSeconds: string | null
}

const TIME = /^(\d{4})[:-](\d{2})[:-](\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(Z|[+-]\d{2}:?\d{2})?$/

/**
 * Reads EXIF (`2026:11:21 15:42:10`), XMP (`2026-11-21T15:42:10.25+01:00`) and QuickTime times.
 *
 * @param text What the file says; a date without a time is no capture time.
 * @param offset A zone that stands in a tag of its own, used where `text` has none.
 * @returns null for what is no moment: blanks, `0000:00:00 00:00:00`, a 31st of February.
 */
export function parseCaptureTime(text: string, offset: string | null = null): CaptureTime | null {
  const match = TIME.exec(text.trim())
  if (match === null) return null
  const [, year, month, day, hour, minute, second = '00', subSeconds, zone] = match
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  if (!isRealMoment(local)) return null
  return { local, offset: normalOffset(zone ?? offset ?? ''), subSeconds: subSeconds ?? null }
}

/** `2026-11-21T15:42:10`, followed by the zone where it is known. */
export function formatCaptureTime({ local, offset }: CaptureTime): string {
  return `${local}${offset ?? ''}`
}

/** Year 0 is what cameras without a set clock write; the rest must survive a round trip through the calendar. */
function isRealMoment(local: string): boolean {
  const time = new Date(`${local}Z`)
  return !local.startsWith('0000') && !Number.isNaN(time.getTime()) && time.toISOString().startsWith(local)
}

function normalOffset(text: string): string | null {
  const match = /^(?:Z|([+-])(\d{2}):?(\d{2}))$/.exec(text.trim())
  if (match === null) return null
  const [, sign, hours = '', minutes = ''] = match
  if (sign === undefined) return 'Z'
  // No zone is further from UTC than 14 hours; more is a camera's garbage.
  return Number(hours) <= 14 && Number(minutes) < 60 ? `${sign}${hours}:${minutes}` : null
}
