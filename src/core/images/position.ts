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
