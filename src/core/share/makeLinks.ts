import { AppError, assertNever, type Problem, toProblem } from '../../shared/errors.ts'
import type { LinkFormat, LinkKind, Links, LinkView } from '../../shared/model/link.ts'
import type { ObjectStore } from '../store/ObjectStore.ts'
import { formatLinks, type MadeLink } from './formatLinks.ts'

/** What a link is asked for. `name`: the file's, to show beside it. */
export type LinkTarget = Omit<MadeLink, 'url'> & {
  readonly outputId: string | null
  /** Proved to be there. A link to what may never arrive is not made. */
  readonly isInBucket: boolean
}

export type LinkPorts = {
  readonly store: Pick<ObjectStore, 'presignGet' | 'publicUrl'>
  readonly nowMs: () => number
  /** @see tryLink */
  readonly tryLink: (url: string, signal: AbortSignal) => Promise<boolean>
}

const NOT_IN_BUCKET: Problem = { code: 'not-in-bucket', detail: 'It has not arrived in the bucket yet.' }
const NO_PUBLIC_ADDRESS: Problem = {
  code: 'link-impossible',
  detail: 'The account has no public address. Enter one under Accounts, or use a signed link.'
}
const CANNOT_SIGN: Problem = {
  code: 'link-impossible',
  detail: 'This account cannot sign links: a folder has no server that would check them.'
}
const IS_PRIVATE: Problem = { code: 'link-impossible', detail: 'Private: no link is made.' }
const HERE_ONLY: Problem = {
  code: 'here-only',
  detail: 'These links open on this computer only: the bucket is on it.'
}

/**
 * Links to objects, in the order given, with the reason for each one that cannot be had. One of them is tried, so that
 * nothing is copied that turns out not to open.
 */
export async function makeLinks(
  targets: ReadonlyArray<LinkTarget>,
  kind: LinkKind,
  format: LinkFormat,
  ports: LinkPorts,
  signal: AbortSignal
): Promise<Links> {
  signal.throwIfAborted()
  const links: LinkView[] = []
  const made: MadeLink[] = []
  for (const { name, key, outputId, isInBucket, frameId, picture } of targets) {
    const link = isInBucket ? await makeLink(key, kind, ports) : without(NOT_IN_BUCKET)
    links.push({ name, key, outputId, ...link })
    if (link.url !== null) made.push({ name, key, url: link.url, frameId, picture })
  }
  const [first] = made
  const problems = distinct(links.flatMap(({ problem }) => (problem ? [problem] : [])))
  if (first && opensHereOnly(first.url)) problems.push(HERE_ONLY)
  return { text: formatLinks(made, format), links, tried: await tryOne(first?.url, ports, signal), problems }
}

type LinkOrReason = Pick<LinkView, 'url' | 'opensUntilMs' | 'problem'>

async function makeLink(key: string, kind: LinkKind, { store, nowMs }: LinkPorts): Promise<LinkOrReason> {
  switch (kind.kind) {
    case 'public': {
      const url = store.publicUrl(key)
      return url === null ? without(NO_PUBLIC_ADDRESS) : { url, opensUntilMs: null, problem: null }
    }
    case 'signed': {
      const signedAtMs = nowMs()
      try {
        const url = await store.presignGet(key, kind.seconds)
        // Signatures count in whole seconds from the one in which they were made.
        const opensUntilMs = Math.floor(signedAtMs / 1000) * 1000 + kind.seconds * 1000
        return url === null ? without(CANNOT_SIGN) : { url, opensUntilMs, problem: null }
      } catch (error) {
        if (error instanceof AppError) return without(toProblem(error))
        throw error
      }
    }
    case 'private':
      return without(IS_PRIVATE)
    default:
      return assertNever(kind)
  }
}

function without(problem: Problem): LinkOrReason {
  return { url: null, opensUntilMs: null, problem }
}

/** A file's URL opens in a browser of this computer, but is nothing that could be fetched. */
async function tryOne(url: string | undefined, ports: LinkPorts, signal: AbortSignal): Promise<Links['tried']> {
  if (!url?.startsWith('http')) return 'untried'
  return (await ports.tryLink(url, signal)) ? 'opens' : 'fails'
}

function opensHereOnly(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'file:' || /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}

function distinct(problems: ReadonlyArray<Problem>): Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.code} ${problem.detail}`, problem])).values()]
}
