/** What says how fast bodies may go out. */
export interface Pacer {
  /** False: `take` lets everything through at once. */
  readonly isLimiting: boolean
  /** Waits until so many bytes may go out. Changed while it waits, the new pace holds. @throws `signal.reason`. */
  take(bytes: number, signal: AbortSignal): Promise<void>
}
