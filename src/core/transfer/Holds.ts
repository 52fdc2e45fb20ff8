import type { Problem } from '../../shared/errors.ts'
import type { Clock } from '../files/Clock.ts'
import { Reachability } from './Reachability.ts'

export type HoldsPorts = {
  readonly clock: Clock
  readonly random: () => number
  /** Asks the account's store anything that costs little. Rejects if it cannot be reached. */
  readonly probe: (accountId: string) => Promise<void>
  /** The account answers again. */
  readonly onFound: (accountId: string) => void
  /** What holds the queue may be different now. */
  readonly onChanged: () => void
}

export type HoldKind = 'paused' | 'offline' | 'account' | 'disk-full' | 'timetable' | 'resting'

/** A person may have mended the account elsewhere: so often one upload each is let through to see. */
const REFUSAL_MS = 60_000

/** So often a full disk is looked at again. */
const DISK_MS = 10_000

/** A computer that has been awake for so long has woken up, even if nobody said so: the system may forget to. */
const ASLEEP_MS = 30_000

type Refusal = { readonly problem: Problem; isLapsed: boolean; readonly stopTimer: () => void }

/** What the queue waits for as a whole, rather than one upload for itself. */
export class Holds {
  readonly #ports: HoldsPorts
  readonly #reachability: Reachability
  /** Accounts that wait for a person, by id. */
  readonly #refused = new Map<string, Refusal>()
  /** What ends the timers of accounts that have asked for a pause, by id. */
  readonly #resting = new Map<string, () => void>()
  #isPaused = false
  #isClosed = false
  #stopSleepTimer: (() => void) | null = null
  #stopDiskTimer: (() => void) | null = null

  constructor(ports: HoldsPorts) {
    this.#ports = ports
    this.#reachability = new Reachability({
      clock: ports.clock,
      random: ports.random,
      probe: ports.probe,
      onLost: () => ports.onChanged(),
      onFound: (accountId) => {
        ports.onFound(accountId)
        ports.onChanged()
      }
    })
  }

  /** Why what waits does not move, or null. */
  get kind(): HoldKind | null {
    if (this.#isPaused) return 'paused'
    if (this.isDiskFull) return 'disk-full'
    if (this.#refused.size > 0) return 'account'
    if (this.#isClosed) return 'timetable'
    if (this.#reachability.lostAccounts.length > 0) return 'offline'
    return this.#resting.size > 0 ? 'resting' : null
  }

  get isDiskFull(): boolean {
    return this.#stopDiskTimer !== null
  }

  /** Whether anything may be begun at all. */
  get allowsWork(): boolean {
    return !this.#isPaused && !this.isDiskFull && this.#stopSleepTimer === null
  }

  /** Whether anything may be sent, to accounts that are not held. */
  get allowsSending(): boolean {
    return this.allowsWork && !this.#isClosed
  }

  /** What an account (null: any) answered that a person has to mend, or null. */
  refusalOf(accountId: string | null): Problem | null {
    const refusal = accountId === null ? this.#refused.values().next().value : this.#refused.get(accountId)
    return refusal?.problem ?? null
  }

  /** Accounts to which nothing is sent for now. */
  get accounts(): ReadonlyArray<string> {
    const refused = [...this.#refused].flatMap(([accountId, { isLapsed }]) => (isLapsed ? [] : [accountId]))
    return [...refused, ...this.#reachability.lostAccounts]
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused
    this.#ports.onChanged()
  }

  /** By the timetable nothing is to be sent at this hour. */
  setClosed(isClosed: boolean): void {
    if (isClosed === this.#isClosed) return
    this.#isClosed = isClosed
    this.#ports.onChanged()
  }

  /** Nothing is begun until `wakeUp`, or until the computer turns out to be awake. */
  fallAsleep(): void {
    this.#stopSleepTimer?.()
    this.#stopSleepTimer = this.#ports.clock.setTimer(ASLEEP_MS, () => this.wakeUp())
  }

  wakeUp(): void {
    if (this.#stopSleepTimer === null) return
    this.#stopSleepTimer()
    this.#stopSleepTimer = null
    this.#ports.onChanged()
  }

  /** A person has to mend the account. Nothing is sent to it meanwhile, but for one try a minute. */
  refuse(accountId: string, problem: Problem): void {
    this.#refused.get(accountId)?.stopTimer()
    const refusal: Refusal = {
      problem,
      isLapsed: false,
      stopTimer: this.#ports.clock.setTimer(REFUSAL_MS, () => {
        refusal.isLapsed = true
        this.#ports.onChanged()
      })
    }
    this.#refused.set(accountId, refusal)
    this.#ports.onChanged()
  }

  /** The account took something: whatever was wrong with it is mended. */
  accept(accountId: string): void {
    const refusal = this.#refused.get(accountId)
    if (!refusal) return
    refusal.stopTimer()
    this.#refused.delete(accountId)
    this.#ports.onChanged()
  }

  /** The account has asked to be left alone for so long from now on, whatever it asked for before. */
  rest(accountId: string, ms: number): void {
    this.#resting.get(accountId)?.()
    const end = () => {
      this.#resting.delete(accountId)
      this.#ports.onChanged()
    }
    this.#resting.set(accountId, this.#ports.clock.setTimer(ms, end))
    this.#ports.onChanged()
  }

  /** A request got no answer. Held only once a probe gets none either. */
  suspect(accountId: string): void {
    this.#reachability.suspect(accountId)
  }

  /** Looks again after a while; whoever frees space in between loses nothing by waiting. */
  waitForDisk(): void {
    if (this.isDiskFull) return
    this.#stopDiskTimer = this.#ports.clock.setTimer(DISK_MS, () => {
      this.#stopDiskTimer = null
      this.#ports.onChanged()
    })
    this.#ports.onChanged()
  }

  /** Accounts have new secrets or addresses: what waited for that tries again. */
  accountsChanged(): void {
    for (const { stopTimer } of this.#refused.values()) stopTimer()
    this.#refused.clear()
    this.#reachability.probeAll()
    this.#ports.onChanged()
  }

  networkChanged(): void {
    this.#reachability.probeAll()
  }

  /** Ends all timers. */
  close(): void {
    for (const { stopTimer } of this.#refused.values()) stopTimer()
    this.#refused.clear()
    for (const stopTimer of this.#resting.values()) stopTimer()
    this.#resting.clear()
    this.#stopDiskTimer?.()
    this.#stopDiskTimer = null
    this.#stopSleepTimer?.()
    this.#stopSleepTimer = null
    this.#reachability.close()
  }
}
