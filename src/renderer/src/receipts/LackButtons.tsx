import type { Lack, LackReason } from '../../../shared/model/receipt.ts'
import { useServices } from '../services.ts'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { useStore } from '../ui/useStore.ts'
import { filterFor, type LackAction, lackActions } from './lackRows.ts'
import styles from './Receipt.module.css'

const css = classNames(styles)

/** As many as one order may name. */
const MOST_NAMED = 100_000

const actionWords: Readonly<Record<LackAction, string>> = {
  retry: 'Retry',
  answer: 'Answer…',
  add: 'Add again',
  prove: 'Look again',
  settings: 'Collection settings…',
  show: 'Show'
}

type LackButtonsProps = {
  readonly reason: LackReason
  readonly lacks: ReadonlyArray<Lack>
  readonly collectionId: string
}

/** What can be done about all that lacks for one reason. */
export function LackButtons({ reason, lacks, collectionId }: LackButtonsProps) {
  const { app, conflicts, intake, queueActions, receipts, workspace } = useServices()
  // A watched folder takes its files itself.
  const isDrop = useStore(app, (state) => state.collections.find(({ id }) => id === collectionId)?.kind === 'drop')
  const frameIds = [...new Set(lacks.flatMap(({ frameId }) => frameId ?? []))].slice(0, MOST_NAMED)
  const paths = [...new Set(lacks.map(({ path }) => path))].slice(0, MOST_NAMED)

  const run: Readonly<Record<LackAction, () => Promise<void> | void>> = {
    retry: async () => {
      await queueActions.retry({ ids: frameIds })
      await receipts.make(collectionId)
    },
    answer: () => {
      receipts.close()
      return conflicts.open(collectionId)
    },
    add: async () => {
      await intake.addPaths(paths, collectionId)
      await receipts.make(collectionId)
    },
    prove: () => receipts.prove(collectionId),
    settings: () => {
      receipts.close()
      workspace.openDialog({ kind: 'collection-settings', collectionId })
    },
    show: () => {
      receipts.close()
      workspace.go({ kind: 'queue', collectionId, filter: filterFor(reason) })
    }
  }
  const isOffered = (action: LackAction) =>
    action === 'add' ? isDrop : action === 'retry' ? frameIds.length > 0 : true
  return (
    <div className={css('buttons')}>
      {lackActions[reason].filter(isOffered).map((action) => (
        <Button key={action} onPress={() => void run[action]()}>
          {actionWords[action]}
        </Button>
      ))}
    </div>
  )
}
