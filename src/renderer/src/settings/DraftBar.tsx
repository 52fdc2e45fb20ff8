import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import styles from './Settings.module.css'

const css = classNames(styles)

type DraftBarProps = {
  /** What the draft is of, for who cannot see where the bar stands. */
  readonly label: string
  /** Why it cannot be saved; null if it can. */
  readonly wrong: string | null
  readonly onTakeBack: () => void
  readonly onSave: () => void
}

/** Stands under what was changed and is not saved yet. */
export function DraftBar({ label, wrong, onTakeBack, onSave }: DraftBarProps) {
  return (
    <fieldset aria-label={`Changes to ${label}`} className={css('bar')}>
      <span className={css('barText', wrong !== null && 'warn')}>{wrong ?? 'Not saved yet'}</span>
      <Button onPress={onTakeBack}>Take back</Button>
      <Button kind="primary" isDisabled={wrong !== null} onPress={onSave}>
        Save
      </Button>
    </fieldset>
  )
}
