/** As long as somebody waits for "copied". */
const TRY_TIMEOUT_MS = 4_000

/**
 * Whether a link opens now: by HEAD, and where that is refused (a signed link is signed for GET alone) by the first
 * byte.
 *
 * @returns false too if there is no answer within 4 s. @throws only the signal's reason.
 */
export async function tryLink(url: string, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted()
  const limited = AbortSignal.any([signal, AbortSignal.timeout(TRY_TIMEOUT_MS)])
  for (const request of [{ method: 'HEAD' }, { method: 'GET', headers: { range: 'bytes=0-0' } }]) {
    try {
      const answer = await fetch(url, { ...request, cache: 'no-store', signal: limited })
      await answer.body?.cancel() // a server that ignores the range would send all of it
      // 416: an empty object has no first byte, and is there.
      if (answer.ok || answer.status === 416) return true
    } catch {
      signal.throwIfAborted()
    }
  }
  return false
}
