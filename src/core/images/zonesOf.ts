import type { PrivacyZone } from '../../shared/model/zone.ts'

/** In degrees, WGS 84. */
export type Point = { readonly latitude: number; readonly longitude: number }

/** The mean radius by the IUGG: distances are right to half a percent, which no radius of a zone is meant to. */
const EARTH_RADIUS_M = 6_371_009

/** Names of the zones that a point lies in, in their own order; its border belongs to a zone. */
export function zonesOf(point: Point, zones: ReadonlyArray<PrivacyZone>): ReadonlyArray<string> {
  return zones.filter((zone) => distanceMetres(point, zone) <= zone.radiusMetres).map(({ name }) => name)
}

/** Along the surface, by the haversine formula, which is exact for small distances too. */
export function distanceMetres(one: Point, other: Point): number {
  const [latitude, otherLatitude] = [toRadians(one.latitude), toRadians(other.latitude)]
  const longitudes = toRadians(other.longitude - one.longitude)
  const chord =
    Math.sin((otherLatitude - latitude) / 2) ** 2 +
    Math.cos(latitude) * Math.cos(otherLatitude) * Math.sin(longitudes / 2) ** 2
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(chord)))
}

function toRadians(degrees: number): number {
  return (degrees * Math.PI) / 180
}
