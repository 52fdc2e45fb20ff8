/** What the tests have happen between the calls of a mover to the file system. */
export const world = {
  /** Just before the next call, which is named without `Sync`. */
  beforeCall: (_call: string): void => {},
  /** FAT, exFAT and most network drives have none. */
  hasLinks: true
}

const CALLS = ['lstat', 'mkdir', 'open', 'realpath', 'rename', 'link', 'unlink', 'close']

/** Nothing happens any more. */
export function calmWorld(): void {
  world.beforeCall = () => {}
  world.hasLinks = true
}

/**
 * The real file system with a moment before each call: to be given to `vi.mock('node:fs')` and its promises.
 *
 * @param suffix Of the names of the calls, for example `Sync`.
 */
export function watched(real: Record<string, unknown>, suffix: '' | 'Sync'): Record<string, unknown> {
  const wrapped = CALLS.flatMap((name) => {
    const call = real[name + suffix]
    if (typeof call !== 'function') return []
    const act = (...args: ReadonlyArray<unknown>): unknown => {
      world.beforeCall(name)
      if (name === 'link' && !world.hasLinks) throw Object.assign(new Error('no links'), { code: 'EPERM' })
      return call(...args)
    }
    return [[name + suffix, act]]
  })
  return { ...real, ...Object.fromEntries(wrapped) }
}
