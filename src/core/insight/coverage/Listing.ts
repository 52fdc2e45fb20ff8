import type { ListedObject } from '../../store/ObjectStore.ts'

/** Objects that the bucket told of. */
export class Listing {
  readonly #byKey: Map<string, ListedObject>
  #bySize: Map<number, ListedObject[]> | null = null

  constructor(objects: ReadonlyArray<ListedObject>) {
    // R2 shows the spelling that was sent last (r2-facts §3).
    this.#byKey = new Map(objects.map((object) => [object.key.normalize('NFC'), object]))
  }

  get count(): number {
    return this.#byKey.size
  }

  get(key: string): ListedObject | null {
    return this.#byKey.get(key) ?? null
  }

  ofSize(sizeBytes: number): ReadonlyArray<ListedObject> {
    this.#bySize ??= Map.groupBy(this.#byKey.values(), (object) => object.sizeBytes)
    return this.#bySize.get(sizeBytes) ?? []
  }

  /** Objects below a prefix whose keys are not among these, in the order of the listing. */
  except(keys: ReadonlySet<string>, prefix: string): ReadonlyArray<ListedObject> {
    return [...this.#byKey].flatMap(([key, object]) => (key.startsWith(prefix) && !keys.has(key) ? [object] : []))
  }
}
