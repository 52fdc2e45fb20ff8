import { KiB, MiB } from '../../shared/units.ts'

/** Bytes to read into, until they are given back. */
export type Lease = {
  /** Exactly as long as was asked for. */
  readonly bytes: Uint8Array
  /** Once; the bytes may then be anyone's. */
  release(): void
}

type Waiter = { readonly bytes: number; readonly give: (lease: Lease) => void }

/**
 * The byte budget of all bodies under way (rule 6 of the design): memory is bounded by it whatever the number or size
 * of files. Buffers are kept and reused, since allocating and clearing 16 MiB for each part costs more than hashing it.
 * First come, first served: a large request is not overtaken for ever by small ones.
 */
export class BufferPool {
  #budgetBytes = 0
  /** In use and kept, together never above the budget but for one request that is itself larger. */
  #heldBytes = 0
  #usedBytes = 0
  readonly #free = new Map<number, SharedArrayBuffer[]>()
  readonly #waiters: Waiter[] = []

  /** @param budgetBytes At least one part: 16 MiB. */
  constructor(budgetBytes: number) {
    this.resize(budgetBytes)
  }

  get budgetBytes(): number {
    return this.#budgetBytes
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  /** Someone waits for bytes: whoever begins more now only waits behind them. */
  get isCrowded(): boolean {
    return this.#waiters.length > 0
  }

  /** A smaller budget holds as soon as what is lent beyond it has been given back. @param budgetBytes As for the constructor. */
  resize(budgetBytes: number): void {
    if (budgetBytes < 16 * MiB)
      throw new RangeError(`Expected \`budgetBytes\` to be at least 16 MiB, got ${budgetBytes}`)
    this.#budgetBytes = budgetBytes
    this.#shrinkTo(budgetBytes)
    this.#serve()
  }

  /** Waits until that many bytes are within the budget. @throws `signal.reason` when aborted while waiting. */
  async take(bytes: number, signal: AbortSignal): Promise<Lease> {
    signal.throwIfAborted()
    if (this.#waiters.length === 0 && this.#fits(bytes)) return this.#lend(bytes)
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        bytes,
        give: (lease) => {
          signal.removeEventListener('abort', leave)
          resolve(lease)
        }
      }
      const leave = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1)
        reject(signal.reason)
        this.#serve() // it may have been the large one that held the others up
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiters.push(waiter)
    })
  }

  #fits(bytes: number): boolean {
    return this.#usedBytes === 0 || this.#usedBytes + capacityFor(bytes) <= this.#budgetBytes
  }

  #lend(bytes: number): Lease {
    const capacity = capacityFor(bytes)
    const buffer = this.#free.get(capacity)?.pop() ?? this.#allocate(capacity)
    this.#usedBytes += capacity
    let isReleased = false
    return {
      bytes: new Uint8Array(buffer, 0, bytes),
      release: () => {
        if (isReleased) return
        isReleased = true
        this.#usedBytes -= capacity
        this.#keep(capacity, buffer)
        this.#serve()
      }
    }
  }

  #keep(capacity: number, buffer: SharedArrayBuffer): void {
    if (this.#heldBytes > this.#budgetBytes) {
      this.#heldBytes -= capacity // the one that was larger than the budget
      return
    }
    const kept = this.#free.get(capacity)
    if (kept) kept.push(buffer)
    else this.#free.set(capacity, [buffer])
  }

  #allocate(capacity: number): SharedArrayBuffer {
    this.#shrinkTo(this.#budgetBytes - capacity)
    this.#heldBytes += capacity
    return new SharedArrayBuffer(capacity)
  }

  /** Gives up kept buffers until no more than that is held, or none is kept any more. */
  #shrinkTo(bytes: number): void {
    for (const [size, buffers] of this.#free) {
      while (this.#heldBytes > bytes && buffers.pop()) this.#heldBytes -= size
    }
  }

  #serve(): void {
    let next = this.#waiters[0]
    while (next && this.#fits(next.bytes)) {
      this.#waiters.shift()
      next.give(this.#lend(next.bytes))
      next = this.#waiters[0]
    }
  }
}

/** Few different sizes, so that buffers are reused: powers of two from 64 KiB to 1 MiB, whole MiB above. */
function capacityFor(bytes: number): number {
  if (bytes > MiB) return Math.ceil(bytes / MiB) * MiB
  return Math.max(64 * KiB, 2 ** Math.ceil(Math.log2(Math.max(1, bytes))))
}
