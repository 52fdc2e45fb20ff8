import { GiB, MiB } from '../../../shared/units.ts'

/**
 * The most bytes of one PUT and of one part: 5 GiB minus 5 MiB. The tables say 5 GiB, a footnote subtracts; the smaller
 * is safe. @see https://developers.cloudflare.com/r2/platform/limits/
 */
export const MAX_PUT_BYTES = 5 * GiB - 5 * MiB
