import type { Page } from '@playwright/test'
import type { FrameView } from '../../src/shared/model/frame.ts'
import type { Output } from '../../src/shared/model/output.ts'
import { ask } from './ask.ts'

const PAGE_LENGTH = 500

export type Queue = {
  readonly frames: ReadonlyArray<FrameView>
  /** What the collection of the drop makes of each photo. */
  readonly outputs: ReadonlyArray<Output>
}

/** All rows of the one collection that the drop has made, and its rules. */
export async function readQueue(page: Page): Promise<Queue> {
  const [collection] = await ask(page, 'collections:list', {})
  if (!collection) throw new Error('The drop has made no collection')
  const frames: FrameView[] = []
  for (;;) {
    const found = await ask(page, 'queue:page', {
      collectionId: collection.id,
      filter: 'all',
      offset: frames.length,
      limit: PAGE_LENGTH
    })
    frames.push(...found.frames)
    if (found.frames.length === 0 || frames.length >= found.total) return { frames, outputs: collection.rules.outputs }
  }
}
