/**
 * Why something under way was stopped, as the reason of an AbortSignal.
 *
 * `command`: a person paused or cancelled it, and the catalog says so already. `hold`: everything is held; it goes on by
 * itself. `close`: the engine ends, and the next one finds it. `changed`: the source is another now. `elsewhere`: another
 * engine works on it, so nothing is written down any more.
 */
export class StopReason extends Error {
  override readonly name = 'AbortError'
  readonly kind: 'command' | 'hold' | 'close' | 'changed' | 'elsewhere'

  constructor(kind: StopReason['kind']) {
    super(`Stopped: ${kind}`)
    this.kind = kind
  }
}

/** Whether that is why the signal was aborted. */
export function isStop(signal: AbortSignal, kind: StopReason['kind']): boolean {
  return signal.reason instanceof StopReason && signal.reason.kind === kind
}
