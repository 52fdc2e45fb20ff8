import { useSyncExternalStore } from 'react'
import { countOf } from '../../../shared/words/stateWords.ts'
import { LinkPanel } from '../links/LinkPanel.tsx'
import { useUsualLink } from '../links/useUsualLink.ts'
import { useServices } from '../services.ts'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { useStore } from '../ui/useStore.ts'
import { FrameInspector } from './FrameInspector.tsx'
import styles from './Inspector.module.css'
import { ObjectInspector } from './ObjectInspector.tsx'

const css = classNames(styles)

/** What is chosen in the main column, at closer sight. */
export function Inspector() {
  const { workspace } = useServices()
  const kind = useStore(workspace, (state) => state.route.kind)
  if (kind === 'bucket') return <ObjectInspector />
  return kind === 'queue' ? <QueueInspector /> : <Nothing text="Choose a photo to see it here" />
}

function QueueInspector() {
  const { queue, selection } = useServices()
  const count = useStore(selection, () => selection.count)
  const onlyId = useStore(selection, () => selection.onlyId)
  const frame = useSyncExternalStore(queue.subscribe, () => (onlyId === null ? null : queue.frameById(onlyId)))
  if (frame) return <FrameInspector frame={frame} />
  return count > 1 ? <SeveralFrames count={count} /> : <Nothing text="Choose a photo to see it here" />
}

function SeveralFrames({ count }: { readonly count: number }) {
  const { queue, selection, queueActions } = useServices()
  const usual = useUsualLink(useStore(queue, (state) => state.collectionId))
  const select = selection.toFrameSelection()
  if (select === null) return null
  return (
    <div className={css('inspector')}>
      <h2 className={css('name')}>{countOf(count, 'frame')} chosen</h2>
      <LinkPanel source={{ kind: 'frames', select, outputId: null }} label="Copy links" usual={usual} />
      <div className={css('section')}>
        <div className={css('buttons')}>
          <Button onPress={() => void queueActions.pause(select)}>Pause</Button>
          <Button onPress={() => void queueActions.continue(select)}>Continue</Button>
          <Button onPress={() => void queueActions.retry(select)}>Try again</Button>
          <Button kind="danger" onPress={() => void queueActions.cancel(select)}>
            Cancel
          </Button>
        </div>
      </div>
    </div>
  )
}

export function Nothing({ text }: { readonly text: string }) {
  return (
    <div className={css('inspector')}>
      <p className={css('nothing')}>{text}</p>
    </div>
  )
}
