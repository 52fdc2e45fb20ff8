import { ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import type { CollectionView } from '../../../shared/model/collection.ts'
import type { Totals } from '../../../shared/model/frame.ts'
import { formatCount } from '../../../shared/words/stateWords.ts'
import { classNames } from '../ui/classNames.ts'
import { countFor, type Listing, listings, listingWords } from './listing.ts'
import styles from './QueueHeader.module.css'

const css = classNames(styles)

type ListingChipsProps = {
  readonly collection: CollectionView | null
  readonly totals: Totals | null
  readonly shown: Listing
  readonly onShow: (listing: Listing) => void
}

/** The filters as chips, each with how many frames it shows, and what the rules leave out where they do. */
export function ListingChips({ collection, totals, shown, onShow }: ListingChipsProps) {
  return (
    <ToggleButtonGroup
      aria-label="Show"
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[shown]}
      onSelectionChange={(keys) => {
        const next = listings.find((candidate) => keys.has(candidate))
        if (next) onShow(next)
      }}
      className={css('filters')}
    >
      {listings.map((value) => {
        const count = value === 'left-out' ? (collection?.leftOut ?? 0) : totals && countFor(totals, value)
        const isSeldom = value === 'cancelled' || value === 'left-out'
        if (isSeldom && !count && shown !== value) return null
        const isAsking = value === 'needs-you' && count !== null && count > 0
        return (
          <ToggleButton key={value} id={value} className={css('filter', isAsking && 'needsYou')}>
            {count === null ? listingWords[value] : `${listingWords[value]} ${formatCount(count)}`}
          </ToggleButton>
        )
      })}
    </ToggleButtonGroup>
  )
}
