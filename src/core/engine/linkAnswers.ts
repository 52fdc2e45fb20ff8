import { basename } from 'node:path'
import type { Answers } from '../../shared/ipc/contract.ts'
import type { LinkFormat, LinkKind, Links, LinkView } from '../../shared/model/link.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Clock } from '../files/Clock.ts'
import { formatLinks } from '../share/formatLinks.ts'
import { type LinkTarget, makeLinks } from '../share/makeLinks.ts'
import { tryLink } from '../share/tryLink.ts'
import type { AccountStores } from './AccountStores.ts'
import type { Collections } from './Collections.ts'

export type LinkParts = {
  readonly frames: CatalogFrames
  readonly uploads: CatalogUploads
  readonly collections: Collections
  readonly stores: AccountStores
  readonly clock: Clock
}

type Wanted = { readonly accountId: string; readonly kind: LinkKind; readonly target: LinkTarget }

/** Links to what is in the queue, and to any object of a bucket. */
export function linkAnswers(parts: LinkParts): Answers<'links:make' | 'bucket:links'> {
  const { frames, uploads, collections } = parts
  return {
    'links:make': async ({ select, outputId, link, format }) => {
      const wanted = frames.ids(select).flatMap((frameId): Wanted[] => {
        const frame = frames.find(frameId)
        if (!frame) return []
        const { accountId, rules } = collections.get(frame.collectionId)
        const name = basename(frame.relativePath)
        const own = uploads.ofFrame(frameId).filter(({ output }) => outputId === null || output.id === outputId)
        // A frame that is still being looked at has no objects yet; it is named rather than passed over.
        const objects = own.length > 0 ? own : [{ key: name, output: { id: outputId }, state: { kind: 'waiting' } }]
        return objects.map(({ key, output, state }) => ({
          accountId,
          kind: link ?? rules.link,
          target: { name, key, outputId: output.id, isInBucket: state.kind === 'done' }
        }))
      })
      return makeAll(wanted, format, parts)
    },
    'bucket:links': ({ accountId, keys, link, format }) =>
      makeAll(
        keys.map((key) => ({
          accountId,
          kind: link,
          target: { name: key.slice(key.lastIndexOf('/') + 1), key, outputId: null, isInBucket: true }
        })),
        format,
        parts
      )
  }
}

/** Each account signs its own; the order of the files is kept over all of them. */
async function makeAll(wanted: ReadonlyArray<Wanted>, format: LinkFormat, parts: LinkParts): Promise<Links> {
  const { stores, clock } = parts
  const { signal } = new AbortController()
  const groups = Map.groupBy(wanted, ({ accountId, kind }) => JSON.stringify([accountId, kind]))
  const made = new Map<LinkTarget, LinkView>()
  const results: Links[] = []
  for (const group of groups.values()) {
    const [first] = group
    if (!first) continue
    const store = await stores.store(first.accountId)
    const targets = group.map(({ target }) => target)
    const result = await makeLinks(targets, first.kind, format, { store, nowMs: () => clock.now(), tryLink }, signal)
    result.links.forEach((link, index) => {
      const target = targets[index]
      if (target) made.set(target, link)
    })
    results.push(result)
  }
  const links = wanted.flatMap(({ target }) => made.get(target) ?? [])
  const text = formatLinks(
    links.flatMap(({ name, key, url }) => (url === null ? [] : [{ name, key, url }])),
    format
  )
  const tried = results.map((result) => result.tried)
  return {
    text,
    links,
    tried: tried.includes('fails') ? 'fails' : tried.includes('opens') ? 'opens' : 'untried',
    problems: results.flatMap(({ problems }) => problems)
  }
}
