export type Exposure = {
  readonly seconds: number | null
  readonly fNumber: number | null
  readonly iso: number | null
  readonly focalLengthMm: number | null
}

/** `1/250 s · f/2.8 · ISO 400 · 50 mm`, with what is known of it; null if nothing is. */
export function formatExposure({ seconds, fNumber, iso, focalLengthMm }: Exposure): string | null {
  const parts = [
    seconds === null ? null : `${formatSeconds(seconds)} s`,
    fNumber === null ? null : `f/${shorten(fNumber)}`,
    iso === null ? null : `ISO ${Math.round(iso)}`,
    focalLengthMm === null ? null : `${focalLengthMm < 10 ? shorten(focalLengthMm) : Math.round(focalLengthMm)} mm`
  ]
  return parts.filter((part) => part !== null).join(' · ') || null
}

/** As on the camera's dial: fractions up to a quarter of a second, decimals above. */
function formatSeconds(seconds: number): string {
  return seconds > 0.26 ? shorten(seconds) : `1/${Math.round(1 / seconds)}`
}

function shorten(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '')
}
