/**
 * A key that sorts names as people count: `IMG_2` before `IMG_10`, upper and lower case together, the same on every
 * computer whatever its language. Compare keys with `<`; names with equal keys are told apart by themselves.
 */
export function naturalKey(name: string): string {
  return name.toLowerCase().replace(/\d+/g, (digits) => {
    const number = digits.replace(/^0+(?=\d)/, '')
    // A longer number is a larger one. The leading 0 keeps numbers where digits sort.
    return `0${String.fromCharCode(number.length)}${number}`
  })
}

/** Sorts into natural order of `nameOf`. @returns a new array. */
export function sortNaturally<T>(items: ReadonlyArray<T>, nameOf: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, name: nameOf(item), key: naturalKey(nameOf(item)) }))
    .sort((a, b) => compare(a.key, b.key) || compare(a.name, b.name))
    .map(({ item }) => item)
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
