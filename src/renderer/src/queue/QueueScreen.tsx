import { CircleCheckBig, Clock, FolderSync, FolderX, Inbox, RotateCw, Send } from 'lucide-react'
import { useEffect } from 'react'
import type { CollectionView } from '../../../shared/model/collection.ts'
import { problemWords } from '../../../shared/words/problemWords.ts'
import { DropInvitation } from '../firstMinute/DropInvitation.tsx'
import { useServices } from '../services.ts'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ProblemNote } from '../ui/ProblemNote.tsx'
import { useStore } from '../ui/useStore.ts'
import type { Listing } from './listing.ts'
import { QueueHeader } from './QueueHeader.tsx'
import { QueueList } from './QueueList.tsx'
import styles from './QueueScreen.module.css'
import { WatchNotes } from './WatchNotes.tsx'

const css = classNames(styles)

const SKELETON_ROWS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']

type QueueScreenProps = { readonly collectionId: string | null; readonly filter: Listing }

/** The frames of one collection, or (null) of all. */
export function QueueScreen({ collectionId, filter }: QueueScreenProps) {
  const { app, queue, workspace, linkActions } = useServices()
  const setFilter = (next: Listing) => workspace.go({ kind: 'queue', collectionId, filter: next })
  const collection = useStore(app, (state) => state.collections.find(({ id }) => id === collectionId) ?? null)
  // Why a collection does not go on; of all together, the first that does not.
  const standstill = useStore(app, ({ collections }) => {
    const shown = collectionId === null ? collections : collections.filter(({ id }) => id === collectionId)
    return shown.find((one) => one.problem !== null) ?? null
  })
  const collections = useStore(app, (state) => state.collections)
  const totals = useStore(app, (state) => state.totals.get(collectionId) ?? null)
  const density = useStore(app, (state) => state.settings?.density ?? 'comfortable')
  const engine = useStore(app, (state) => state.engine)
  const grouping = useStore(workspace, (state) => state.grouping)
  const total = useStore(queue, (state) => state.total)
  const failure = useStore(queue, (state) => state.problem)
  // While the engine starts there is nothing to tell and nothing to do: its start asks again.
  const problem = engine !== 'running' && failure?.code === 'engine-stopped' ? null : failure

  // What is left out is told file by file: each has a reason of its own.
  const shown = filter === 'left-out' ? 'frame' : grouping
  useEffect(() => queue.show(collectionId, filter, shown), [queue, collectionId, filter, shown])
  useEffect(() => {
    // Without an engine there are none yet; its start asks again.
    if (engine === 'running') app.loadTotals(collectionId).catch(() => undefined)
  }, [app, collectionId, engine])

  const isEmpty = total === 0 && filter === 'all'
  return (
    <section className={css('screen')} aria-label={collection?.name ?? 'All photos'}>
      {!(isEmpty && collection === null) && (
        <QueueHeader collection={collection} totals={totals} filter={filter} onFilter={setFilter} />
      )}
      <WatchNotes collections={collection ? [collection] : collections} isNamed={collection === null} />
      {problem !== null && (
        <div className={css('problem')}>
          <ProblemNote problem={problem} subject={null} onCopy={(text) => void linkActions.copyText(text, 'Text')}>
            <Button onPress={() => queue.refresh()}>Try again</Button>
          </ProblemNote>
        </div>
      )}
      {problem === null && standstill?.problem && total !== 0 && (
        <div className={css('problem')}>
          <ProblemNote
            problem={standstill.problem}
            subject={standstill.name}
            onCopy={(text) => void linkActions.copyText(text, 'Technical text')}
          >
            {problemWords(standstill.problem, null).action === 'open-accounts' && (
              <Button onPress={() => workspace.go({ kind: 'accounts' })}>Open Accounts</Button>
            )}
          </ProblemNote>
        </div>
      )}
      {total === null && problem === null && (engine === 'stopped' ? <EngineStopped /> : <Skeleton />)}
      {total !== null && total > 0 && (
        <QueueList
          total={total}
          density={density}
          label={`${shown === 'shot' ? 'Shots' : 'Frames'} of ${collection?.name ?? 'all collections'}`}
        />
      )}
      {isEmpty && <EmptyQueue collection={collection} />}
      {total === 0 && !isEmpty && <EmptyFilter filter={filter} onShowAll={() => setFilter('all')} />}
    </section>
  )
}

function EngineStopped() {
  return (
    <EmptyState
      icon={RotateCw}
      title="The engine has stopped"
      text="Silverdrop starts it again by itself, and the queue goes on where it was. If this stays, the engine's log in the folder logs of Silverdrop's home says why."
    />
  )
}

function Skeleton() {
  return (
    <div className={css('skeleton')} role="status" aria-label="Loading the queue">
      {SKELETON_ROWS.map((row) => (
        <div key={row} className={css('skeletonRow')} />
      ))}
    </div>
  )
}

function EmptyQueue({ collection }: { readonly collection: CollectionView | null }) {
  if (collection === null || collection.kind === 'drop') return <DropInvitation />
  const folder = collection.rootPath ?? 'the folder'
  return collection.state === 'not-connected' ? (
    <EmptyState
      icon={FolderX}
      title="Not connected"
      text={`${folder} is not there. As soon as its disk or card is back, new photos go to the bucket. Nothing in the bucket changes meanwhile.`}
    />
  ) : (
    <EmptyState
      icon={FolderSync}
      title="Watching"
      text={`What the camera or Lightroom saves in ${folder} appears here and goes to the bucket.`}
    />
  )
}

type EmptyFilterProps = { readonly filter: Listing; readonly onShowAll: () => void }

function EmptyFilter({ filter, onShowAll }: EmptyFilterProps) {
  const [icon, title, text] = {
    all: [Inbox, 'Nothing here', 'There are no frames.'] as const,
    waiting: [Clock, 'Nothing waits', 'Every frame is on its way or has arrived.'] as const,
    working: [Send, 'Nothing is being sent', 'Frames show here while they are rendered, sent and proved.'] as const,
    done: [
      CircleCheckBig,
      'Nothing has arrived yet',
      'A frame is done when it is proved to be in the bucket.'
    ] as const,
    'needs-you': [CircleCheckBig, 'Nothing needs you', 'Questions and failures would stand here.'] as const,
    cancelled: [Inbox, 'Nothing was cancelled', 'Cancelled frames can be taken back from here.'] as const,
    'left-out': [CircleCheckBig, 'Nothing is left out', 'All photos pass the rules of the collection.'] as const
  }[filter]
  return (
    <EmptyState icon={icon} title={title} text={text}>
      <Button onPress={onShowAll}>Show all</Button>
    </EmptyState>
  )
}
