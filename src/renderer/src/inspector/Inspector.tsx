import { useSyncExternalStore } from 'react'
import { countOf } from '../../../shared/words/stateWords.ts'
import { LinkPanel } from '../links/LinkPanel.tsx'
import { useUsualLink } from '../links/useUsualLink.ts'
import { kindChips, shotFace } from '../queue/shotFace.ts'
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
  const isLeftOut = useStore(queue, (state) => state.filter === 'left-out')
  const select = selection.toFrameSelection()
  if (select === null) return null
  if (isLeftOut) {
    return (
      <div className={css('inspector')}>
        <SeveralHead count={count} />
        <p className={css('small')}>The rules of the collection leave them out: nothing of them is sent.</p>
      </div>
    )
  }
  return (
    <div className={css('inspector')}>
      <SeveralHead count={count} />
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

/** A shot by its name and what it consists of; anything else by how many frames it is. */
function SeveralHead({ count }: { readonly count: number }) {
  const { selection } = useServices()
  const shot = useStore(selection, () => selection.onlyShot)
  if (shot === null) return <h2 className={css('name')}>{countOf(count, 'frame')} chosen</h2>
  const kinds = kindChips(shot.frames).map(({ word }) => word)
  return (
    <div>
      <h2 className={css('name')}>{shotFace(shot).name}</h2>
      <p className={css('small')}>{`${countOf(count, 'file')}: ${kinds.join(', ')}`}</p>
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
