import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button, Disclosure, DisclosurePanel, Heading } from 'react-aria-components'
import { classNames } from './classNames.ts'
import styles from './Fold.module.css'

const css = classNames(styles)

type FoldProps = {
  readonly title: string
  /** What is set inside, in a few words, so that nobody must open it to know. */
  readonly summary: string
  readonly children: ReactNode
}

/** Settings that most people never open, under their heading. */
export function Fold({ title, summary, children }: FoldProps) {
  return (
    <Disclosure className={css('fold')}>
      <Heading level={3}>
        <Button slot="trigger" className={css('head')}>
          <ChevronRight size={16} aria-hidden className={css('icon')} />
          <span className={css('title')}>{title}</span> <span className={css('summary')}>{summary}</span>
        </Button>
      </Heading>
      <DisclosurePanel>
        <div className={css('content')}>{children}</div>
      </DisclosurePanel>
    </Disclosure>
  )
}
