import { foldKey, suffixKey } from './suffixKey.ts'

/** Keys that are given out: of twins by case or normalisation the first to ask has the bare name, the others get a number. */
export class KeyClaims {
  readonly #claimed = new Set<string>()
  /** By folded key, the first number that may be free: many files may want one key. */
  readonly #nextNumber = new Map<string, number>()

  /** Somebody has it already. */
  add(key: string): void {
    this.#claimed.add(foldKey(key))
  }

  /** @returns the key, or with a number where others have it. */
  take(wanted: string): string {
    const folded = foldKey(wanted)
    if (!this.#claimed.has(folded)) {
      this.#claimed.add(folded)
      return wanted
    }
    for (let number = this.#nextNumber.get(folded) ?? 2; ; number += 1) {
      const key = suffixKey(wanted, number)
      if (this.#claimed.has(foldKey(key))) continue
      this.#nextNumber.set(folded, number + 1)
      this.add(key)
      return key
    }
  }
}
