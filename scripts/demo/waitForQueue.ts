import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import { ask } from './ask.ts'
import { poll } from './poll.ts'

const POLL_MS = 250
/** For a folder of many files on a slow disk, and for the first photo of it. */
const AT_WORK_WITHIN_MS = 180_000
/** A queue in which nothing has moved for so long is stuck: a huge picture may take a minute to render. */
const STUCK_AFTER_MS = 180_000

/** Waits until the first file has arrived, while others are on their way: then there is something to see of each kind. */
export async function waitForFirst(page: Page): Promise<void> {
  const look = async () => {
    const { frames, waiting, working, done } = await ask(page, 'queue:totals', { collectionId: null })
    return done > 0 || (frames > 0 && waiting + working === 0) || null
  }
  await poll(look, 'the first file to arrive', AT_WORK_WITHIN_MS)
}

/** Waits until every one of `expectedFrames` has arrived or has said why not. @throws where nothing moves any more. */
export async function waitForQueue(page: Page, expectedFrames: number): Promise<void> {
  let last = ''
  let movedAtMs = performance.now()
  for (;;) {
    const totals = await ask(page, 'queue:totals', { collectionId: null })
    const { frames, waiting, working, done, needsYou, doneBytes } = totals
    if (frames >= expectedFrames && waiting + working === 0) return
    const now = `${frames} ${done} ${needsYou} ${doneBytes}`
    if (now !== last) movedAtMs = performance.now()
    else if (performance.now() - movedAtMs > STUCK_AFTER_MS) {
      throw new Error(`The queue has stopped at ${done} of ${expectedFrames} files: ${JSON.stringify(totals)}`)
    }
    last = now
    await sleep(POLL_MS)
  }
}
