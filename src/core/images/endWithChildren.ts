/**
 * Ends a darkroom's process at once, and what it has started: an ExifTool at work sees only afterwards that nobody wants
 * its answer. Windows has no groups of processes: there ExifTool goes on to the end of what it is doing.
 *
 * @param pid Of a process that leads its own group, as DarkroomProcess starts it.
 */
export function endWithChildren(pid: number): void {
  if (process.platform !== 'win32' && tryKill(-pid)) return
  tryKill(pid)
}

/** False where there is no such process, or no such group, any more. */
function tryKill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}
