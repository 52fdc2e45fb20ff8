import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useState } from 'react'
import type { FrameView } from '../../../shared/model/frame.ts'
import { formatCount } from '../../../shared/words/stateWords.ts'
import type { ConflictAnswer } from '../queue/QueueActions.ts'
import { useServices } from '../services.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { SwitchField } from '../ui/Field.tsx'
import { useStore } from '../ui/useStore.ts'
import styles from './Conflict.module.css'
import { ConflictSides } from './ConflictSides.tsx'

const css = classNames(styles)

const TITLE = 'Something else has this name in the bucket'

/** One question after the other, by mouse or keyboard. Escape leaves the rest unanswered. */
export function ConflictDialog() {
  const { conflicts } = useServices()
  const phase = useStore(conflicts, (state) => state.phase)
  const frame = useStore(conflicts, () => conflicts.current)
  if (phase === 'closed') return null
  if (frame === null) {
    return (
      <Dialog isWide title={TITLE} onClose={conflicts.close} foot={<Button onPress={conflicts.close}>Close</Button>}>
        <p role="status">Looking for what waits for an answer</p>
      </Dialog>
    )
  }
  return <Question key={frame.id} frame={frame} />
}

function Question({ frame }: { readonly frame: FrameView }) {
  const { conflicts } = useServices()
  const total = useStore(conflicts, (state) => state.questions.length)
  const index = useStore(conflicts, (state) => state.index)
  const alike = useStore(conflicts, () => conflicts.alike.length)
  const [isForAll, setForAll] = useState(false)
  const answer = (chosen: ConflictAnswer) => () => void conflicts.answer(chosen, isForAll)
  return (
    <Dialog
      isWide
      title={TITLE}
      onClose={conflicts.close}
      foot={
        <>
          {alike > 1 && (
            <SwitchField isSelected={isForAll} onChange={setForAll}>
              {`For all ${formatCount(alike)} like this`}
            </SwitchField>
          )}
          <span className={css('space')} />
          <Button onPress={answer('skip')}>Leave what is there</Button>
          <Button onPress={answer('replace')}>Replace</Button>
          <Button kind="primary" autoFocus onPress={answer('keep-both')}>
            Keep both
          </Button>
        </>
      }
    >
      <div className={css('head')}>
        <p className={css('name')}>{frame.name}</p>
        {total > 1 && (
          <div className={css('head', 'count')}>
            <IconButton isSmall label="The question before" icon={ChevronLeft} onPress={() => conflicts.move(-1)} />
            <span>{`${formatCount(index + 1)} of ${formatCount(total)}`}</span>
            <IconButton isSmall label="The next question" icon={ChevronRight} onPress={() => conflicts.move(1)} />
          </div>
        )}
      </div>
      <ConflictSides frame={frame} />
    </Dialog>
  )
}
