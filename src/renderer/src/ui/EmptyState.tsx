import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { classNames } from './classNames.ts'
import styles from './EmptyState.module.css'

const css = classNames(styles)

type EmptyStateProps = {
  readonly icon: LucideIcon
  readonly title: string
  readonly text: string
  readonly children?: ReactNode
}

/** What stands where a list would be: why there is none, and the way on. */
export function EmptyState({ icon: Icon, title, text, children = null }: EmptyStateProps) {
  return (
    <div className={css('empty')}>
      <Icon size={32} strokeWidth={1.25} aria-hidden className={css('icon')} />
      <h2 className={css('title')}>{title}</h2>
      <p className={css('text')}>{text}</p>
      {children && <div className={css('actions')}>{children}</div>}
    </div>
  )
}
