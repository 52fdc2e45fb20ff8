import type { LucideIcon } from 'lucide-react'
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Tooltip,
  TooltipTrigger
} from 'react-aria-components'
import styles from './Button.module.css'
import { classNames } from './classNames.ts'

const css = classNames(styles)

type ButtonProps = Omit<AriaButtonProps, 'className' | 'children'> & {
  readonly children: string
  readonly kind?: 'plain' | 'primary' | 'quiet' | 'danger'
  readonly icon?: LucideIcon | null
  /** More than fits on it, in a sentence. */
  readonly tip?: string | null
}

export function Button({ children, kind = 'plain', icon: Icon = null, tip = null, ...props }: ButtonProps) {
  const button = (
    <AriaButton {...props} className={css('button', kind)}>
      {Icon && <Icon size={16} aria-hidden />}
      {children}
    </AriaButton>
  )
  if (tip === null) return button
  return (
    <TooltipTrigger delay={600} closeDelay={0}>
      {button}
      <Tooltip offset={6} className={css('tooltip')}>
        {tip}
      </Tooltip>
    </TooltipTrigger>
  )
}

type IconButtonProps = Omit<AriaButtonProps, 'className' | 'children' | 'aria-label'> & {
  /** Said by screen readers and shown as the tooltip. */
  readonly label: string
  readonly icon: LucideIcon
  /** Shown behind the label in the tooltip. */
  readonly shortcut?: string | null
  readonly isSmall?: boolean
}

export function IconButton({ label, icon: Icon, shortcut = null, isSmall = false, ...props }: IconButtonProps) {
  return (
    <TooltipTrigger delay={600} closeDelay={0}>
      <AriaButton {...props} aria-label={label} className={css('button', 'icon', isSmall && 'small')}>
        <Icon size={16} aria-hidden />
      </AriaButton>
      <Tooltip offset={6} className={css('tooltip')}>
        {shortcut === null ? label : `${label}  ${shortcut}`}
      </Tooltip>
    </TooltipTrigger>
  )
}
