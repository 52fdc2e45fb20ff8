import { Folder, ShieldCheck } from 'lucide-react'
import { formatBytes } from '../../../shared/units.ts'
import { formatMoment } from '../links/linksSentence.ts'
import { useServices } from '../services.ts'
import { classNames } from '../ui/classNames.ts'
import { MiddleCut } from '../ui/MiddleCut.tsx'
import { Thumb } from '../ui/Thumb.tsx'
import { useStore } from '../ui/useStore.ts'
import styles from './BucketItems.module.css'
import type { BucketItem } from './BucketStore.ts'

const css = classNames(styles)

export function itemId(index: number): string {
  return `bucket-item-${index}`
}

/** An item as a picture. */
export function BucketTile({ index }: { readonly index: number }) {
  const { item, option, className } = useItem(index)
  if (!item) return null
  return (
    <div {...option} tabIndex={-1} role="option" className={css('tile', ...className)}>
      <div className={css('picture')}>
        <Picture item={item} iconPx={36} />
      </div>
      <div className={css('caption')}>
        <MiddleCut text={item.name} title={item.id} />
        <Proved item={item} />
      </div>
      <span className={css('small')}>{item.kind === 'object' ? formatBytes(item.object.sizeBytes) : 'Folder'}</span>
    </div>
  )
}

/** An item as a line. */
export function BucketLine({ index, topPx }: { readonly index: number; readonly topPx: number }) {
  const { item, option, className } = useItem(index)
  if (!item) return null
  const style = { transform: `translateY(${topPx}px)` }
  return (
    <div {...option} tabIndex={-1} role="option" className={css('line', ...className)} style={style}>
      <div className={css('linePicture')}>
        <Picture item={item} iconPx={18} />
      </div>
      <MiddleCut text={item.name} title={item.id} />
      <Proved item={item} />
      <span className={css('right')}>{item.kind === 'object' ? formatBytes(item.object.sizeBytes) : ''}</span>
      <span className={css('right')}>{item.kind === 'object' ? formatMoment(item.object.modifiedAtMs) : 'Folder'}</span>
    </div>
  )
}

/** What a tile and a line share: the item, how it stands, and what a screen reader is told. */
function useItem(index: number) {
  const { bucket } = useServices()
  const item = useStore(bucket, (state) => state.items[index] ?? null)
  const isChosen = useStore(bucket, (state) => item !== null && state.chosen.has(item.id))
  const isFocused = useStore(bucket, (state) => state.focusIndex === index)
  const total = useStore(bucket, (state) => (state.hasMore ? -1 : state.items.length)) // -1: ARIA for "not known yet"
  return {
    item,
    option: {
      id: itemId(index),
      'data-index': index,
      'aria-selected': isChosen,
      'aria-setsize': total,
      'aria-posinset': index + 1
    },
    className: [isChosen && 'chosen', isFocused && 'focused'] as const
  }
}

function Picture({ item, iconPx }: { readonly item: BucketItem; readonly iconPx: number }) {
  const { bucket } = useServices()
  const previewUrl = useStore(bucket, () => (item.kind === 'object' ? bucket.previewOf(item.object) : null))
  if (item.kind === 'object')
    return <Thumb previewUrl={previewUrl} thumbhash={item.object.thumbhash} kind="other" isWhole />
  return (
    <div className={css('folder')}>
      <Folder size={iconPx} strokeWidth={1.25} aria-hidden />
    </div>
  )
}

function Proved({ item }: { readonly item: BucketItem }) {
  if (item.kind === 'folder' || !item.object.isProved) return <span />
  return <ShieldCheck size={14} aria-label="Proved" className={css('proved')} />
}
