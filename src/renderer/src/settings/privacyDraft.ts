import { previewCacheBytesSchema, type Settings } from '../../../shared/model/settings.ts'
import { type PrivacyZone, privacyZoneSchema } from '../../../shared/model/zone.ts'

const MB = 1_000_000

/** A zone as it is typed. */
export type ZoneDraft = {
  /** Its own as long as the draft lives. */
  readonly id: number
  readonly name: string
  /** Degrees: `57.7, 11.97`. */
  readonly place: string
  readonly radius: string
}

export type PrivacyDraft = { readonly zones: ReadonlyArray<ZoneDraft>; readonly cacheMB: string }

type PrivacySettings = Pick<Settings, 'privacyZones' | 'previewCacheBytes'>

/** What is wrong with what was typed; null where nothing is, or nothing was typed yet. */
export type ZoneErrors = { readonly place: string | null; readonly radius: string | null }
export type PrivacyErrors = { readonly zones: ReadonlyArray<ZoneErrors>; readonly cacheMB: string | null }

export function toPrivacyDraft({ privacyZones, previewCacheBytes }: PrivacySettings): PrivacyDraft {
  return {
    zones: privacyZones.map(({ name, latitude, longitude, radiusMetres }, id) => ({
      id,
      name,
      place: `${latitude}, ${longitude}`,
      radius: `${radiusMetres}`
    })),
    cacheMB: `${Math.round(previewCacheBytes / MB)}`
  }
}

/** One more, to be filled in. */
export function withNewZone(draft: PrivacyDraft): PrivacyDraft {
  const id = Math.max(-1, ...draft.zones.map((zone) => zone.id)) + 1
  return { ...draft, zones: [...draft.zones, { id, name: '', place: '', radius: '500' }] }
}

/** @returns `settings` null where something cannot be used yet. */
export function readPrivacyDraft({ zones, cacheMB }: PrivacyDraft): {
  readonly settings: PrivacySettings | null
  readonly errors: PrivacyErrors
} {
  const read = zones.map(readZone)
  const privacyZones = read.flatMap(({ zone }) => zone ?? [])
  const previewCacheBytes = previewCacheBytesSchema.safeParse(Number(cacheMB) * MB)
  const errors = {
    zones: read.map((one) => one.errors),
    cacheMB: previewCacheBytes.success ? null : 'A number from 50 to 10000'
  }
  if (!previewCacheBytes.success || privacyZones.length < zones.length) return { settings: null, errors }
  return { settings: { privacyZones, previewCacheBytes: previewCacheBytes.data }, errors }
}

function readZone({ name, place, radius }: ZoneDraft): { zone: PrivacyZone | null; errors: ZoneErrors } {
  const degrees = readPlace(place)
  const zone = privacyZoneSchema.safeParse({
    name,
    ...degrees,
    radiusMetres: radius.trim() === '' ? null : Number(radius)
  })
  const isWrong = (path: string) => zone.error?.issues.some((issue) => issue.path[0] === path) === true
  return {
    zone: zone.success ? zone.data : null,
    errors: {
      place:
        place.trim() !== '' && (isWrong('latitude') || isWrong('longitude'))
          ? 'Latitude and longitude in degrees, as a map shows them: 57.7, 11.97'
          : null,
      radius: isWrong('radiusMetres') ? 'A number from 10 to 100000' : null
    }
  }
}

/**
 * Two numbers with a decimal point, as maps give them. A comma alone parts them only where both have one: `57,7` is no
 * place, but half of one, and a zone in the wrong place protects nobody.
 */
const PLACE =
  /^(?<latitude>-?\d+(?:\.\d+)?)(?:°?\s*(?<northSouth>[NS]))?°?(?:\s*;\s*|,?\s+|(?<=\.\d+),(?=-?\d+\.))(?<longitude>-?\d+(?:\.\d+)?)(?:°?\s*(?<eastWest>[EW]))?°?$/i

/** South and west are negative, or say so. */
function readPlace(text: string): { readonly latitude?: number; readonly longitude?: number } {
  const found = PLACE.exec(text.trim())?.groups
  if (!found) return {}
  return {
    latitude: Number(found['latitude']) * (found['northSouth']?.toUpperCase() === 'S' ? -1 : 1),
    longitude: Number(found['longitude']) * (found['eastWest']?.toUpperCase() === 'W' ? -1 : 1)
  }
}
