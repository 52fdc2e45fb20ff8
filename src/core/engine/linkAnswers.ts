import { basename } from 'node:path'
import type { Answers } from '../../shared/ipc/contract.ts'
import type { LinkFormat, LinkKind, Links, LinkView } from '../../shared/model/link.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Upload } from '../catalog/records.ts'
import type { Clock } from '../files/Clock.ts'
import { formatLinks } from '../share/formatLinks.ts'
import { type LinkTarget, makeLinks } from '../share/makeLinks.ts'
import { type LinkPicture, shownTypes } from '../share/pictureElement.ts'
import { tryLink } from '../share/tryLink.ts'
import { type AccountStores, bucketOf } from './AccountStores.ts'
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
        const unknown = { name, key: name, outputId, isInBucket: false, frameId, picture: null }
        const targets = own.map((upload) => ({
          name,
          key: upload.key,
          outputId: upload.output.id,
          isInBucket: upload.state.kind === 'done',
          frameId,
          picture: pictureOf(upload)
        }))
        return (targets.length > 0 ? targets : [unknown]).map((target) => ({
          accountId,
          kind: link ?? rules.link,
          target
        }))
      })
      return makeAll(wanted, format, parts)
    },
    'bucket:links': async ({ accountId, keys, link, format }) => {
      const bucket = bucketOf(parts.stores.account(accountId))
      const wanted = keys.map((key): Wanted => {
        const name = key.slice(key.lastIndexOf('/') + 1)
        const upload = format === 'picture' ? uploadOf(accountId, bucket, key) : null
        const made = { frameId: upload?.frameId ?? null, picture: upload && pictureOf(upload) }
        return { accountId, kind: link, target: { name, key, outputId: null, isInBucket: true, ...made } }
      })
      return makeAll(wanted, format, parts)
    }
  }

  /** What put an object into its bucket, as far as this catalog knows. */
  function uploadOf(accountId: string, bucket: string, key: string): Upload | null {
    const proof = uploads.proofs.find(accountId, bucket, key)
    const own = proof && uploads.ofFrame(proof.frameId)
    const upload = own?.find((one) => one.accountId === accountId && one.bucket === bucket && one.key === key)
    return upload?.state.kind === 'done' ? upload : null
  }
}

function pictureOf({ contentType, widthPx, heightPx, output }: Upload): LinkPicture | null {
  if (!shownTypes.includes(contentType) || widthPx === null || heightPx === null) return null
  const isRendition = output.kind === 'rendition'
  const hasWatermark = isRendition && output.watermark !== null
  return { contentType, widthPx, heightPx, isRendition, hasWatermark }
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
    wanted.flatMap(({ target: { name, key, frameId, picture }, target }) => {
      const url = made.get(target)?.url ?? null
      return url === null ? [] : [{ name, key, url, frameId, picture }]
    }),
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
