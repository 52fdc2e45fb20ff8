/** One line of the output. All are rates: more is better. */
export type Measurement = {
  readonly name: string
  /** Of `ours`, `limit` and `peer`. */
  readonly unit: string
  readonly ours: number
  /** What the same machine reaches with nothing but the bare work; null where that was not measured. */
  readonly limit: number | null
  /** Null where the peer is not installed. */
  readonly peer: number | null
  readonly peerName: string
  /** `ours` over what the budget names; null where that is missing. */
  readonly ratio: number | null
  /** The least that `ratio` should be (design.md). */
  readonly budget: number
}

/** How much is measured. */
export type Scale = {
  readonly rounds: number
  readonly oneFileBytes: number
  readonly smallFiles: number
  readonly scanFolders: number
}
