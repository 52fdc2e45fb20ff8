import { FolderSearch } from 'lucide-react'
import type { CollectionView } from '../../../shared/model/collection.ts'
import { classNames } from '../ui/classNames.ts'
import styles from './QueueScreen.module.css'

const css = classNames(styles)

type WatchNotesProps = {
  readonly collections: ReadonlyArray<CollectionView>
  /** Where several collections are shown together. */
  readonly isNamed: boolean
}

/** How folders are watched whose changes are not announced. Nothing is lost by it, and it is never kept silent. */
export function WatchNotes({ collections, isNamed }: WatchNotesProps) {
  const noted = collections.filter(({ watchNote }) => watchNote !== undefined)
  if (noted.length === 0) return null
  return (
    <ul aria-label="How folders are watched" className={css('watchNotes')}>
      {noted.map(({ id, name, watchNote }) => (
        <li key={id} className={css('watchNote')}>
          <FolderSearch size={16} aria-hidden className={css('watchIcon')} />
          <span>{isNamed ? `${name}: ${watchNote}` : watchNote}</span>
        </li>
      ))}
    </ul>
  )
}
