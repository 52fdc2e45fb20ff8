import { Button } from 'react-aria-components'
import { countOf, formatCount } from '../../../shared/words/stateWords.ts'
import { useServices } from '../services.ts'
import { classNames } from '../ui/classNames.ts'
import styles from './QueueHeader.module.css'
import { useNeeds } from './useNeeds.ts'

const css = classNames(styles)

type NeedsYouButtonsProps = {
  /** Null: all collections together. */
  readonly collectionId: string | null
  readonly needsYou: number
}

/** The way on for everything that needs the person, in one press. */
export function NeedsYouButtons({ collectionId, needsYou }: NeedsYouButtonsProps) {
  const { conflicts, queueActions } = useServices()
  const needs = useNeeds(collectionId, needsYou)
  if (needs === null) return null
  const { questions, failures, inCloud, isCounted } = needs
  const needy = { collectionId, filter: 'needs-you' } as const
  return (
    <div className={css('asks')}>
      {questions > 0 && (
        <Button className={css('ask')} onPress={() => void conflicts.open(collectionId)}>
          {isCounted ? `Answer ${countOf(questions, 'question')}…` : 'Answer questions…'}
        </Button>
      )}
      {failures > 0 && (
        <Button className={css('ask')} onPress={() => void queueActions.retry(needy)}>
          Retry all failed
        </Button>
      )}
      {inCloud > 0 && (
        <Button className={css('ask')} onPress={() => void queueActions.takeAnyway(needy)}>
          {isCounted ? `Fetch and send ${formatCount(inCloud)} from the cloud` : 'Fetch and send from the cloud'}
        </Button>
      )}
    </div>
  )
}
