import {
  CircleUser,
  Cloud,
  FolderDown,
  FolderPlus,
  FolderSync,
  FolderX,
  HardDrive,
  Images,
  type LucideIcon,
  Settings,
  SquareTerminal
} from 'lucide-react'
import { type MouseEventHandler, type ReactNode, type Ref, useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import type { CollectionView } from '../../../shared/model/collection.ts'
import { collectionWords, formatCount } from '../../../shared/words/stateWords.ts'
import { accountPlace } from '../accounts/accountWords.ts'
import { collectionMenu } from '../queue/QueueHeader.tsx'
import { useServices } from '../services.ts'
import { classNames } from '../ui/classNames.ts'
import { ContextMenu } from '../ui/Menu.tsx'
import { useStore } from '../ui/useStore.ts'
import styles from './Sidebar.module.css'
import type { Route } from './WorkspaceStore.ts'

const css = classNames(styles)

export function Sidebar() {
  const { app, intake } = useServices()
  const collections = useStore(app, (state) => state.collections)
  const accounts = useStore(app, (state) => state.accounts)
  const frames = useStore(app, (state) => state.totals.get(null)?.frames ?? 0)
  return (
    <nav className={css('sidebar')} aria-label="Places">
      <div className={css('places')}>
        <h2 className={css('heading')}>Collections</h2>
        <Place icon={Images} route={{ kind: 'queue', collectionId: null, filter: 'all' }} count={frames}>
          All photos
        </Place>
        {collections.map((collection) => (
          <CollectionPlace key={collection.id} collection={collection} />
        ))}
        <Button className={css('place', 'dim')} onPress={() => void intake.watchFolder()}>
          <FolderPlus size={16} aria-hidden className={css('icon')} />
          <span className={css('name')}>Watch a folder…</span>
        </Button>
        {accounts.length > 0 && <h2 className={css('heading')}>Buckets</h2>}
        {accounts.map(({ account }) => (
          <Place
            key={account.id}
            icon={account.kind === 'r2' ? Cloud : HardDrive}
            route={{ kind: 'bucket', accountId: account.id, prefix: '' }}
            state={account.name}
          >
            {accountPlace(account)}
          </Place>
        ))}
      </div>
      <div className={css('foot')}>
        <Place icon={CircleUser} route={{ kind: 'accounts' }}>
          Accounts
        </Place>
        <Place icon={Settings} route={{ kind: 'settings' }}>
          Settings
        </Place>
      </div>
    </nav>
  )
}

function CollectionPlace({ collection }: { readonly collection: CollectionView }) {
  const services = useServices()
  const anchor = useRef<HTMLButtonElement>(null)
  const [isMenuOpen, setMenuOpen] = useState(false)
  const { id, name, state, frames, leftOut = 0 } = collection
  const count = frames > 0 ? ` · ${formatCount(frames)}` : ''
  const left = leftOut > 0 ? ` · ${formatCount(leftOut)} left out` : ''

  return (
    <>
      <Place
        ref={anchor}
        icon={iconOf(collection)}
        route={{ kind: 'queue', collectionId: id, filter: 'all' }}
        state={`${collectionWords[state]}${count}${left}`}
        isWarning={state === 'attention' || state === 'not-connected'}
        onContextMenu={(event) => {
          event.preventDefault()
          setMenuOpen(true)
        }}
      >
        {name}
      </Place>
      <ContextMenu
        anchor={anchor}
        isOpen={isMenuOpen}
        label={`Actions for ${name}`}
        entries={collectionMenu(services, collection)}
        onDone={() => setMenuOpen(false)}
      />
    </>
  )
}

type PlaceProps = {
  readonly icon: LucideIcon
  readonly route: Route
  readonly children: ReactNode
  /** A second line, in small. */
  readonly state?: string | null
  readonly isWarning?: boolean
  readonly count?: number
  readonly ref?: Ref<HTMLButtonElement>
  readonly onContextMenu?: MouseEventHandler<HTMLButtonElement>
}

function Place({ icon: Icon, route, children, state = null, isWarning = false, count = 0, ...button }: PlaceProps) {
  const { workspace } = useServices()
  const isHere = useStore(workspace, (current) => isSamePlace(current.route, route))
  return (
    <Button
      {...button}
      className={css('place')}
      aria-current={isHere ? 'page' : 'false'}
      onPress={() => workspace.go(route)}
    >
      <Icon size={16} aria-hidden className={css('icon')} />
      <span className={css('words')}>
        <span className={css('name')}>{children}</span>
        {state !== null && <span className={css('state', isWarning && 'warn')}>{state}</span>}
      </span>
      {count > 0 && <span className={css('count')}>{formatCount(count)}</span>}
    </Button>
  )
}

function iconOf({ kind, state }: CollectionView): LucideIcon {
  if (state === 'not-connected') return FolderX
  if (kind === 'watch') return FolderSync
  return kind === 'push' ? SquareTerminal : FolderDown
}

/** A folder within a bucket is the bucket's place as well. */
function isSamePlace(a: Route, b: Route): boolean {
  if (a.kind === 'queue' && b.kind === 'queue') return a.collectionId === b.collectionId
  if (a.kind === 'bucket' && b.kind === 'bucket') return a.accountId === b.accountId
  return a.kind === b.kind
}
