import { ArrowUp, ChevronRight, CloudOff, FolderOpen, LayoutGrid, List, RotateCw, Trash2 } from 'lucide-react'
import { Fragment, useEffect, useState } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import type { Account } from '../../../shared/model/account.ts'
import { countOf } from '../../../shared/words/stateWords.ts'
import { accountPlace } from '../accounts/accountWords.ts'
import { LinkButton } from '../links/LinkButton.tsx'
import { usualLinkChoice } from '../links/linkChoices.ts'
import { useServices } from '../services.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ProblemNote } from '../ui/ProblemNote.tsx'
import { useStore } from '../ui/useStore.ts'
import { BucketItems, type BucketView } from './BucketItems.tsx'
import styles from './BucketScreen.module.css'
import { crumbsOf } from './bucketPath.ts'
import { DeleteDialog } from './DeleteDialog.tsx'

const css = classNames(styles)

const SKELETON_TILES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l']

type BucketScreenProps = { readonly accountId: string; readonly prefix: string }

/** One folder of a bucket. */
export function BucketScreen({ accountId, prefix }: BucketScreenProps) {
  const { app, bucket, workspace, linkActions } = useServices()
  const [view, setView] = useState<BucketView>('grid')
  const account = useStore(app, (state) => state.accounts.find((one) => one.account.id === accountId)?.account ?? null)
  const phase = useStore(bucket, (state) => state.phase)
  const count = useStore(bucket, (state) => state.items.length)
  const problem = useStore(bucket, (state) => state.problem)
  const asking = useStore(bucket, (state) => state.asking)
  const place = account === null ? 'Bucket' : accountPlace(account)

  useEffect(() => void bucket.show(accountId, prefix), [bucket, accountId, prefix])

  return (
    <section className={css('screen')} aria-label={`Bucket ${place}`}>
      <Header account={account} place={place} accountId={accountId} prefix={prefix} view={view} onView={setView} />
      {problem !== null && phase === 'ready' && (
        <div className={css('problem')}>
          <ProblemNote problem={problem} subject={place} onCopy={(text) => void linkActions.copyText(text, 'Text')}>
            <Button onPress={() => void bucket.reload()}>Try again</Button>
          </ProblemNote>
        </div>
      )}
      {phase === 'loading' && (
        <div className={css('skeleton')} role="status" aria-label="Loading the bucket">
          {SKELETON_TILES.map((tile) => (
            <div key={tile} className={css('skeletonTile')} />
          ))}
        </div>
      )}
      {phase === 'failed' && problem !== null && (
        <>
          <EmptyState icon={CloudOff} title="The bucket cannot be shown" text="What is in it is not touched by this." />
          <div className={css('problem')}>
            <ProblemNote problem={problem} subject={place} onCopy={(text) => void linkActions.copyText(text, 'Text')}>
              <Button onPress={() => void bucket.reload()}>Try again</Button>
              <Button onPress={() => workspace.go({ kind: 'accounts' })}>Open accounts</Button>
            </ProblemNote>
          </div>
        </>
      )}
      {phase === 'ready' && count > 0 && <BucketItems view={view} />}
      {phase === 'ready' && count === 0 && problem === null && (
        <EmptyState
          icon={FolderOpen}
          title={prefix === '' ? 'The bucket is empty' : 'Nothing here'}
          text="Photos you add appear here once they have arrived."
        />
      )}
      {asking && <DeleteDialog measure={asking} />}
    </section>
  )
}

type HeaderProps = BucketScreenProps & {
  readonly account: Account | null
  readonly place: string
  readonly view: BucketView
  readonly onView: (view: BucketView) => void
}

function Header({ account, place, accountId, prefix, view, onView }: HeaderProps) {
  const { bucket, workspace } = useServices()
  const chosen = useStore(bucket, (state) => state.chosen)
  const crumbs = crumbsOf(place, prefix)
  const go = (to: string) => workspace.go({ kind: 'bucket', accountId, prefix: to })
  const keys = bucket.chosenKeys
  return (
    <header className={css('header')}>
      <IconButton
        label="One folder up"
        icon={ArrowUp}
        isDisabled={prefix === ''}
        onPress={() => go(crumbs.at(-2)?.prefix ?? '')}
      />
      <nav className={css('crumbs')} aria-label="Folder">
        {crumbs.map(({ label, prefix: to }, index) => {
          const isHere = index === crumbs.length - 1
          return (
            <Fragment key={to}>
              {index > 0 && <ChevronRight size={14} aria-hidden className={css('crumb')} />}
              <AriaButton
                className={css('crumb', 'crumbButton', isHere && 'here')}
                aria-current={isHere ? 'location' : 'false'}
                onPress={() => go(to)}
              >
                {label}
              </AriaButton>
            </Fragment>
          )
        })}
      </nav>
      {chosen.size > 0 && (
        <>
          <Button kind="quiet" onPress={() => bucket.clearChosen()}>
            {`${chosen.size} chosen, clear`}
          </Button>
          {keys.length > 0 && (
            <LinkButton
              source={{ kind: 'objects', accountId, keys }}
              usual={usualLinkChoice(null, account)}
              label={keys.length === 1 ? 'Copy link' : `Copy ${countOf(keys.length, 'link')}`}
            />
          )}
          <IconButton label="Delete what is chosen" icon={Trash2} onPress={() => void bucket.askToDelete()} />
        </>
      )}
      <IconButton label="Look again" icon={RotateCw} onPress={() => void bucket.reload()} />
      <IconButton
        label={view === 'grid' ? 'Show as a list' : 'Show as pictures'}
        icon={view === 'grid' ? List : LayoutGrid}
        onPress={() => onView(view === 'grid' ? 'list' : 'grid')}
      />
    </header>
  )
}
