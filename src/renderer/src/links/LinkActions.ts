import { toProblem } from '../../../shared/errors.ts'
import type { WindowApi } from '../../../shared/ipc/contract.ts'
import type { FrameSelection } from '../../../shared/model/frame.ts'
import type { LinkFormat, LinkKind, Links } from '../../../shared/model/link.ts'
import { ask } from '../ask.ts'
import type { ToastStore } from '../ui/ToastStore.ts'
import { isTroubled, linksSentence } from './linksSentence.ts'

/** What links are asked for: frames of the queue, or objects of a bucket. */
export type LinkSource =
  | { readonly kind: 'frames'; readonly select: FrameSelection; readonly outputId: string | null }
  | { readonly kind: 'objects'; readonly accountId: string; readonly keys: ReadonlyArray<string> }

/** Copies links and says honestly what was copied. */
export class LinkActions {
  readonly #api: WindowApi
  readonly #toasts: ToastStore

  constructor(api: WindowApi, toasts: ToastStore) {
    this.#api = api
    this.#toasts = toasts
  }

  /** `link` null: as the collection says, or public for objects of a bucket. */
  readonly copy = async (source: LinkSource, link: LinkKind | null, format: LinkFormat): Promise<void> => {
    try {
      const links = await this.#make(source, link, format)
      if (links.text !== '') await ask(this.#api, 'clipboard:write', { text: links.text })
      const firstProblem = links.problems[0]
      if (links.text === '' && firstProblem && firstProblem.code !== 'not-in-bucket') {
        this.#toasts.showProblem(firstProblem)
        return
      }
      this.#toasts.show(linksSentence(links), { tone: isTroubled(links) ? 'plain' : 'good' })
    } catch (error) {
      this.#toasts.showProblem(toProblem(error))
    }
  }

  /** Any other text, with a word that it is on the clipboard. */
  readonly copyText = async (text: string, what: string): Promise<void> => {
    try {
      await ask(this.#api, 'clipboard:write', { text })
      this.#toasts.show(`${what} copied`, { tone: 'good' })
    } catch (error) {
      this.#toasts.showProblem(toProblem(error))
    }
  }

  #make(source: LinkSource, link: LinkKind | null, format: LinkFormat): Promise<Links> {
    if (source.kind === 'frames') {
      const { select, outputId } = source
      return ask(this.#api, 'links:make', { select, outputId, link, format })
    }
    const { accountId, keys } = source
    return ask(this.#api, 'bucket:links', { accountId, keys: [...keys], link: link ?? { kind: 'public' }, format })
  }
}
