import { Link } from 'lucide-react'
import { Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import type { LinkSource } from './LinkActions.ts'
import styles from './LinkPanel.module.css'
import { LinkPanel } from './LinkPanel.tsx'
import type { LinkChoice } from './linkChoices.ts'

const css = classNames(styles)

type LinkButtonProps = {
  readonly source: LinkSource
  readonly label: string
  readonly outputs?: ReadonlyArray<string>
  readonly usual: LinkChoice
  readonly isDisabled?: boolean
}

export function LinkButton({ source, label, outputs = [], usual, isDisabled = false }: LinkButtonProps) {
  return (
    <DialogTrigger>
      <Button icon={Link} isDisabled={isDisabled}>
        {label}
      </Button>
      <Popover placement="bottom end" offset={6} className={css('popover')}>
        <Dialog aria-label="Copy links" className={css('dialog')}>
          {({ close }) => <LinkPanel source={source} label={label} outputs={outputs} usual={usual} onCopied={close} />}
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}
