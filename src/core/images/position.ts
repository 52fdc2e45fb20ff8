/** WGS 84. */
export type Position = {
  readonly latitudeDeg: number
  readonly longitudeDeg: number
  /** Above sea level. */
  readonly altitudeM: number | null
}

/** @returns null where the numbers are no place on Earth. */
export function validPosition(latitudeDeg: number, longitudeDeg: number, altitudeM: number | null): Position | null {
  const isPlace = Math.abs(latitudeDeg) <= 90 && Math.abs(longitudeDeg) <= 180 // false for NaN as well
  return isPlace ? { latitudeDeg, longitudeDeg, altitudeM } : null
}

/** From `+51.4169-000.0806/`, in degrees as films have it (ISO 6709, annex H). @returns null where it is no such text. */
export function readIso6709(text: string): Position | null {
  const match = /^([+-]\d{2}(?:\.\d+)?)([+-]\d{3}(?:\.\d+)?)/.exec(text)
  return match && validPosition(Number(match[1]), Number(match[2]), null)
}
