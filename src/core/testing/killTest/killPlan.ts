import { KiB, MiB } from '../../../shared/units.ts'
import { SINGLE_PUT_BYTES } from '../../transfer/planParts.ts'
import { type Moment, moments, type RequestKind } from './CountingLine.ts'
import { type SeededRandom, seededRandom } from './seededRandom.ts'

/** When an engine is killed: so many ms after the nth time that something happened, counted from its start. */
export type KillMoment = {
  readonly after:
    | { readonly what: 'start' }
    | { readonly what: 'catalog-write' }
    | { readonly what: 'request'; readonly kind: RequestKind; readonly moment: Moment }
  readonly nth: number
  readonly delayMs: number
}

export type PlannedFile = { readonly name: string; readonly kind: 'bytes' | 'picture'; readonly sizeBytes: number }

export type KillPlan = {
  readonly seed: number
  readonly files: ReadonlyArray<PlannedFile>
  readonly kills: ReadonlyArray<KillMoment>
  /** For the bytes of the files. */
  readonly random: SeededRandom
}

/** Requests at whose moments an engine is killed. A part comes often, so that many kills fall between two of them. */
const KINDS: readonly [RequestKind, ...RequestKind[]] = ['put', 'create', 'part', 'part', 'complete', 'head']

/** What one run sends and when its engines are killed. The seed decides everything but how fast the machine is. */
export function planKills(seed: number): KillPlan {
  const random = seededRandom(seed)
  const small = Array.from({ length: random.between(3, 8) }, (_, n): PlannedFile => {
    return { name: `small ${n}.bin`, kind: 'bytes', sizeBytes: random.between(1, 300 * KiB) }
  })
  const large = Array.from({ length: random.between(1, 2) }, (_, n): PlannedFile => {
    return { name: `film-${n}.mov`, kind: 'bytes', sizeBytes: SINGLE_PUT_BYTES + random.between(1, 10 * MiB) }
  })
  const pictures = Array.from({ length: random.between(0, 2) }, (_, n): PlannedFile => {
    return { name: `Bäume ${n}.jpg`, kind: 'picture', sizeBytes: 0 }
  })
  const kills = Array.from({ length: random.between(1, 4) }, () => planKill(random))
  return { seed, files: [...small, ...large, ...pictures], kills, random }
}

function planKill(random: SeededRandom): KillMoment {
  const delayMs = random.oneOf([0, 0, 1, 2, 5] as const)
  switch (random.oneOf(['request', 'request', 'request', 'catalog-write', 'start'] as const)) {
    case 'start':
      return { after: { what: 'start' }, nth: 1, delayMs: random.between(0, 600) }
    case 'catalog-write':
      return { after: { what: 'catalog-write' }, nth: random.between(1, 60), delayMs }
    case 'request': {
      const kind = random.oneOf(KINDS)
      const nth = kind === 'part' ? random.between(1, 6) : random.between(1, 2)
      return { after: { what: 'request', kind, moment: random.oneOf(moments) }, nth, delayMs }
    }
  }
}
