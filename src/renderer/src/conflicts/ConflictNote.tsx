import { CircleHelp } from 'lucide-react'
import type { FrameView } from '../../../shared/model/frame.ts'
import { useServices } from '../services.ts'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import styles from './Conflict.module.css'
import { ConflictSides } from './ConflictSides.tsx'

const css = classNames(styles)

/** The question of one frame, in the inspector. */
export function ConflictNote({ frame }: { readonly frame: FrameView }) {
  const { conflicts, queueActions } = useServices()
  const select = { ids: [frame.id] }
  return (
    <section className={css('note')} aria-label="Question">
      <p className={css('noteHead')}>
        <CircleHelp size={16} aria-hidden className={css('noteIcon')} />
        Something else has this name in the bucket
      </p>
      <ConflictSides frame={frame} />
      <div className={css('buttons')}>
        <Button onPress={() => void queueActions.resolve(select, 'keep-both')}>Keep both</Button>
        <Button onPress={() => void queueActions.resolve(select, 'replace')}>Replace</Button>
        <Button onPress={() => void queueActions.resolve(select, 'skip')}>Leave what is there</Button>
        <Button kind="quiet" onPress={() => void conflicts.open(frame.collectionId, frame.id)}>
          Larger, with the others…
        </Button>
      </div>
    </section>
  )
}
