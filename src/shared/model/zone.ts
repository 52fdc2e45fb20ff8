import { z } from 'zod'

/** A place whose photos are marked before they go: everything within `radiusMetres` of a point. WGS 84, in degrees. */
export const privacyZoneSchema = z.strictObject({
  name: z.string().trim().min(1).max(60),
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  radiusMetres: z.number().min(10).max(100_000)
})
export type PrivacyZone = z.infer<typeof privacyZoneSchema>

export const privacyZonesSchema = z.array(privacyZoneSchema).max(100)
