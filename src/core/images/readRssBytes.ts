import { readFileSync } from 'node:fs'

/**
 * Memory that a process and its children hold, in bytes; null where the system has no `/proc`.
 * Read synchronously: the kernel answers from memory within microseconds.
 */
export function readRssBytes(pid: number): number | null {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
    if (kilobytes === undefined) return null
    return Number(kilobytes) * 1024 + childrenOf(pid).reduce((sum, child) => sum + (readRssBytes(child) ?? 0), 0)
  } catch {
    return null // another system, or the process has just ended
  }
}

function childrenOf(pid: number): ReadonlyArray<number> {
  return (readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').match(/\d+/g) ?? []).map(Number)
}
