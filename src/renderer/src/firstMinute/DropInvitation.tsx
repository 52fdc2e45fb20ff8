import { Cloud, FolderPlus, FolderSync, ImagePlus, type LucideIcon, MonitorDown } from 'lucide-react'
import { Button as AriaButton } from 'react-aria-components'
import { countOf } from '../../../shared/words/stateWords.ts'
import { useServices } from '../services.ts'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { useStore } from '../ui/useStore.ts'
import { DropDrawing } from './DropDrawing.tsx'
import styles from './DropInvitation.module.css'

const css = classNames(styles)

/** The empty queue: where to drop and, in the first minute, where it should go. */
export function DropInvitation() {
  const { app, intake } = useServices()
  const hasAccount = useStore(app, (state) => state.accounts.length > 0)
  return (
    <div className={css('area')}>
      <div className={css('zone')}>
        <DropDrawing className={css('drawing')} />
        {hasAccount ? (
          <>
            <h2 className={css('title')}>Drop photos or folders here</h2>
            <p className={css('text')}>
              They are rendered as you asked, sent, and proved to be in the bucket. Then their links are yours to copy.
            </p>
            <div className={css('actions')}>
              <Button icon={ImagePlus} kind="primary" onPress={() => void intake.chooseFiles()}>
                Choose photos…
              </Button>
              <Button icon={FolderPlus} onPress={() => void intake.chooseFolder()}>
                Choose a folder…
              </Button>
              <Button icon={FolderSync} onPress={() => void intake.watchFolder()}>
                Watch a folder…
              </Button>
            </div>
          </>
        ) : (
          <FirstMinute />
        )}
      </div>
    </div>
  )
}

function FirstMinute() {
  const { app, intake, workspace } = useServices()
  const pending = useStore(app, (state) => state.pendingPaths.length)
  const hasLocalR2 = useStore(app, (state) => state.info?.hasLocalR2 ?? false)
  return (
    <>
      <h2 className={css('title')}>
        {pending === 0 ? 'Drop photos here' : `${countOf(pending, 'item')} ready. Where should they go?`}
      </h2>
      <p className={css('text')}>
        {pending === 0
          ? 'First say where they should go. Either way takes a minute, and you can change your mind later.'
          : 'They are sent as soon as there is a place for them.'}
      </p>
      <div className={css('ways')}>
        <Way
          icon={Cloud}
          title="Connect R2"
          text="Your own bucket at Cloudflare. You need an account ID and a pair of keys."
          onPress={() => workspace.go({ kind: 'accounts' })}
        />
        <Way
          icon={MonitorDown}
          title="Try it here"
          text={
            hasLocalR2
              ? 'A bucket on this computer that behaves like R2. Nothing leaves it.'
              : 'A folder on this computer stands in for a bucket. Nothing leaves it.'
          }
          onPress={() => void intake.tryHere()}
        />
      </div>
    </>
  )
}

type WayProps = {
  readonly icon: LucideIcon
  readonly title: string
  readonly text: string
  readonly onPress: () => void
}

function Way({ icon: Icon, title, text, onPress }: WayProps) {
  return (
    <AriaButton className={css('way')} onPress={onPress}>
      <Icon size={20} aria-hidden className={css('wayIcon')} />
      <span className={css('wayTitle')}>{title}</span>
      <span className={css('wayText')}>{text}</span>
    </AriaButton>
  )
}
