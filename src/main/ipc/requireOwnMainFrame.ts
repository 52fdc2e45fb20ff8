import type { WebFrameMain } from 'electron/main'
import { AppError } from '../../shared/errors.ts'

/**
 * Lets only our own page's top frame ask anything. Read before the first `await`: a frame that navigates is gone.
 *
 * @throws AppError `forbidden`.
 */
export function requireOwnMainFrame(frame: Pick<WebFrameMain, 'detached' | 'parent' | 'url'> | null, page: URL): void {
  if (!frame || frame.detached || frame.parent || !URL.canParse(frame.url)) {
    throw new AppError('forbidden', 'Not asked by the top frame of a window')
  }
  const { protocol, host } = new URL(frame.url)
  // Not `origin`, which Node gives as "null" for every scheme that it does not know.
  if (protocol !== page.protocol || host !== page.host) throw new AppError('forbidden', 'Not asked by our own page')
}
