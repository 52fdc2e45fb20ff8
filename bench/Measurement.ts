/** One line of the output. */
export type Measurement = {
  readonly name: string
  /** Of `ours`, `limit` and `peer`, which are rates: more is better. */
  readonly unit: string
  readonly ours: number
  /** What the same machine reaches with nothing but the bare work; null where that was not measured. */
  readonly limit: number | null
  /** Null where the peer is not installed. */
  readonly peer: number | null
  readonly peerName: string
  /** `ours` over what the budget names; null where that is missing. */
  readonly ratio: number | null
  /** The least that `ratio` should be (design.md); null where no budget names it. */
  readonly budget: number | null
  /** CPU seconds of the run that is told, children included; null where the system does not tell. */
  readonly cpuSeconds: number | null
  readonly peerCpuSeconds: number | null
  /** Peak of resident memory in MB, children included. */
  readonly peakMB: number | null
  readonly peerPeakMB: number | null
}

/** How much is measured. */
export type Scale = {
  readonly rounds: number
  /** Settings of each contender that are tried, at most: connections, transfers. */
  readonly settings: number
  readonly oneFileBytes: number
  /** Of 100 KiB. */
  readonly smallFiles: number
  /** Of 10 KiB. */
  readonly tinyFiles: number
  readonly scanFolders: number
  /** Of 12 MP. */
  readonly pictures: number
}
