import { readdirSync, readFileSync } from 'node:fs'

/** What a process and its children took. Null where the system does not tell: everywhere but on Linux. */
export type Cost = { readonly cpuSeconds: number | null; readonly peakBytes: number | null }

/** Linux counts CPU time in hundredths of a second, whatever the kernel was built with. */
const TICKS_PER_SECOND = 100

const WATCH_MS = 50

/**
 * Watches a child of this process while it works.
 *
 * @returns what it took: CPU seconds as the system adds them up for children that have ended, descendants included; and
 *   the highest sum of resident memory of the child and its descendants that was seen, looked at 20 times a second.
 */
export async function watchProcess<T>(pidOf: () => number | undefined, work: () => Promise<T>): Promise<[T, Cost]> {
  const before = childrenSeconds()
  let peakBytes: number | null = null
  const watch = setInterval(() => {
    const pid = pidOf()
    const bytes = pid === undefined ? null : residentBytes(pid)
    if (bytes !== null) peakBytes = Math.max(peakBytes ?? 0, bytes)
  }, WATCH_MS)
  try {
    const result = await work()
    const after = childrenSeconds()
    return [result, { cpuSeconds: before === null || after === null ? null : after - before, peakBytes }]
  } finally {
    clearInterval(watch)
  }
}

/** CPU of children that were waited for, and of theirs. */
function childrenSeconds(): number | null {
  const fields = statOf('self')
  return fields === null ? null : (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND
}

function residentBytes(pid: number): number | null {
  const all = processes()
  if (all === null) return null
  const family = new Set([pid])
  // Parents have lower ids than their children but for a wrap of the counter, in which case a look is missed.
  for (const one of all.sort((a, b) => a.pid - b.pid)) if (family.has(one.parent)) family.add(one.pid)
  return [...family].reduce((sum, one) => sum + ownBytes(one), 0)
}

function ownBytes(pid: number): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(kilobytes ?? 0) * 1024
  } catch {
    return 0 // it has ended meanwhile
  }
}

function processes(): { pid: number; parent: number }[] | null {
  try {
    return readdirSync('/proc').flatMap((name) => {
      const fields = /^\d+$/.test(name) ? statOf(name) : null
      return fields === null ? [] : [{ pid: Number(name), parent: Number(fields[1]) }]
    })
  } catch {
    return null
  }
}

/** From the third field of `/proc/<pid>/stat` on: the second is a name in brackets, which may hold anything. */
function statOf(pid: string): ReadonlyArray<string> | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}
