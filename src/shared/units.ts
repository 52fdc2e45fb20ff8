/** Sizes in bytes. Binary units: R2's limits and part sizes are given in them. */
export const KiB = 1024
export const MiB = 1024 * KiB
export const GiB = 1024 * MiB

const SIZE_STEPS = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/**
 * A size as a photographer's file browser writes it: decimal units, three significant digits at most.
 *
 * @param bytes Whole bytes, from 0 up.
 * @returns For example `0 B`, `412 KB`, `24.1 MB`, `1.2 GB`.
 */
export function formatBytes(bytes: number): string {
  let value = bytes
  let step = 0
  // 999.5 would be written as 1000, so the step is taken where rounding would need a fourth digit.
  while (value >= 999.5 && step < SIZE_STEPS.length - 1) {
    value /= 1000
    step += 1
  }
  const digits = step === 0 || value >= 99.95 ? 0 : 1
  return `${value.toFixed(digits).replace(/\.0$/, '')} ${SIZE_STEPS[step]}`
}

/**
 * A duration in words that stay still: coarser the longer it is.
 *
 * @param seconds From 0 up.
 * @returns For example `a few seconds`, `40 s`, `about 11 min`, `about 3 h 20 min`.
 */
export function formatDuration(seconds: number): string {
  if (seconds < 5) return 'a few seconds'
  if (seconds < 55) return `${Math.ceil(seconds / 5) * 5} s`
  const minutes = Math.max(1, Math.round(seconds / 60))
  if (minutes < 60) return `about ${minutes} min`
  const hours = Math.floor(minutes / 60)
  const rest = Math.round((minutes % 60) / 10) * 10
  if (rest === 60) return `about ${hours + 1} h`
  return rest === 0 ? `about ${hours} h` : `about ${hours} h ${rest} min`
}
