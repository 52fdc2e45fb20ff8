import { Ellipsis, FolderSearch, Pause, Play, ReceiptText, Send, SlidersHorizontal, Trash2 } from 'lucide-react'
import { MenuTrigger } from 'react-aria-components'
import type { AccountView } from '../../../shared/model/account.ts'
import type { CollectionView } from '../../../shared/model/collection.ts'
import type { Forecast, Totals } from '../../../shared/model/frame.ts'
import { formatBytes } from '../../../shared/units.ts'
import { countOf, formatCount } from '../../../shared/words/stateWords.ts'
import { accountPlace } from '../accounts/accountWords.ts'
import { LinkButton } from '../links/LinkButton.tsx'
import { useUsualLink } from '../links/useUsualLink.ts'
import { type Services, useServices } from '../services.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { Segmented } from '../ui/Field.tsx'
import { DropMenu, type MenuEntry } from '../ui/Menu.tsx'
import { useStore } from '../ui/useStore.ts'
import { ListingChips } from './ListingChips.tsx'
import type { Listing } from './listing.ts'
import { NeedsYouButtons } from './NeedsYouButtons.tsx'
import styles from './QueueHeader.module.css'
import { type Grouping, groupings } from './QueueItem.ts'

const css = classNames(styles)

const groupingWords: Readonly<Record<Grouping, string>> = { shot: 'Shots', frame: 'Files' }

type QueueHeaderProps = {
  /** Null: all collections together. */
  readonly collection: CollectionView | null
  readonly totals: Totals | null
  readonly filter: Listing
  readonly onFilter: (filter: Listing) => void
}

export function QueueHeader({ collection, totals, filter, onFilter }: QueueHeaderProps) {
  const services = useServices()
  const { app, selection, receipts } = services
  const accounts = useStore(app, (state) => state.accounts)
  const forecast = useStore(app, (state) => (collection ? (state.forecasts.get(collection.id) ?? null) : null))
  // `selection` counts ids; the number alone decides whether this header is drawn again.
  const chosenCount = useStore(selection, () => selection.count)
  const isEverything = useStore(selection, (state) => state.chosen.kind === 'everything')

  const usual = useUsualLink(collection?.id ?? null)
  const whole = filter === 'left-out' ? null : { collectionId: collection?.id ?? null, filter }
  const needsYou = totals?.needsYou ?? 0
  const outputs = collection?.rules.outputs.map(({ id }) => id) ?? []
  return (
    <header className={css('header')}>
      <div className={css('line')}>
        <h1 className={css('name')} title={collection?.name ?? 'All photos'}>
          {collection?.name ?? 'All photos'}
        </h1>
        <span className={css('target')} title={forecast ? forecastSentence(forecast) : undefined}>
          {collection && `→ ${targetOf(collection, accounts, forecast)}`}
          {forecast && ` · ${forecastSentence(forecast)}`}
        </span>
        {chosenCount > 1 && (
          <Button kind="quiet" onPress={() => selection.clear()}>
            {`${isEverything ? 'All ' : ''}${formatCount(chosenCount)} chosen, clear`}
          </Button>
        )}
        {whole === null ? (
          <LeftOutButton />
        ) : (
          <LinkButton
            source={{
              kind: 'frames',
              select: (chosenCount > 0 ? selection.toFrameSelection() : null) ?? whole,
              outputId: null
            }}
            label={chosenCount === 1 ? 'Copy link' : 'Copy links'}
            outputs={outputs}
            usual={usual}
            isDisabled={totals === null || totals.frames === 0}
          />
        )}
        {collection && (
          <IconButton
            label="Receipt: what is proved to be in the bucket"
            icon={ReceiptText}
            onPress={() => void receipts.open(collection.id)}
          />
        )}
        {collection && (
          <MenuTrigger>
            <IconButton label="Collection actions" icon={Ellipsis} />
            <DropMenu label="Collection actions" entries={collectionMenu(services, collection)} />
          </MenuTrigger>
        )}
      </div>
      <div className={css('line', 'wraps')}>
        <ListingChips collection={collection} totals={totals} shown={filter} onShow={onFilter} />
        {whole !== null && needsYou > 0 && <NeedsYouButtons collectionId={whole.collectionId} needsYou={needsYou} />}
        {whole !== null && <GroupingSwitch />}
      </div>
    </header>
  )
}

function GroupingSwitch() {
  const { workspace } = useServices()
  const grouping = useStore(workspace, (state) => state.grouping)
  return (
    <div className={css('grouping')}>
      <Segmented
        isLabelHidden
        label="A row for each"
        value={grouping}
        options={groupings.map((value) => ({ value, label: groupingWords[value] }))}
        onChange={(next) => workspace.group(next)}
      />
    </div>
  )
}

/** The rules stay as they are; what is chosen goes although they leave it out. */
function LeftOutButton() {
  const { selection, queueActions } = useServices()
  const count = useStore(selection, () => selection.count)
  function send(): void {
    const select = selection.toFrameSelection()
    if (select) void queueActions.takeAnyway(select)
  }
  return (
    <Button
      kind="primary"
      icon={Send}
      isDisabled={count === 0}
      tip="What is chosen goes although the rules leave it out"
      onPress={send}
    >
      Send it all the same
    </Button>
  )
}

/** What can be done with a collection, for its header and for the sidebar. */
export function collectionMenu(
  { workspace, coverage, intake, receipts }: Services,
  collection: CollectionView
): MenuEntry[] {
  const { id, name, isPaused, rootPath, accountId } = collection
  return [
    { label: 'Receipt…', icon: ReceiptText, run: () => void receipts.open(id) },
    ...(rootPath === null
      ? []
      : [
          {
            label: 'Compare the folder with the bucket…',
            icon: FolderSearch,
            run: () => void coverage.open(rootPath, accountId)
          }
        ]),
    {
      label: 'Collection settings…',
      icon: SlidersHorizontal,
      run: () => workspace.openDialog({ kind: 'collection-settings', collectionId: id })
    },
    {
      label: isPaused ? 'Continue collection' : 'Pause collection',
      icon: isPaused ? Play : Pause,
      run: () => void intake.pauseCollection(id, !isPaused)
    },
    {
      label: 'Take off the list',
      icon: Trash2,
      startsGroup: true,
      isDanger: true,
      run: () => void intake.removeCollection(id, name)
    }
  ]
}

/** For example "412 files, 38 GB · 1,650 requests · about $0.57 a month". */
export function forecastSentence({ files, bytes, requests, storageUsdMonth }: Forecast): string {
  const price = storageUsdMonth < 0.01 ? 'under 1 ¢ a month' : `about $${storageUsdMonth.toFixed(2)} a month`
  return `${countOf(files, 'file')}, ${formatBytes(bytes)} · ${countOf(requests, 'request')} · ${price}`
}

function targetOf(collection: CollectionView, accounts: ReadonlyArray<AccountView>, forecast: Forecast | null): string {
  if (forecast) return forecast.target
  const view = accounts.find(({ account }) => account.id === collection.accountId)
  return view
    ? `${accountPlace(view.account)}/${view.account.prefix}${collection.prefix}`.replace(/\/$/, '')
    : 'no account'
}
