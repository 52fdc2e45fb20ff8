import { TriangleAlert } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { Problem } from '../../../shared/errors.ts'
import { problemWords } from '../../../shared/words/problemWords.ts'
import { Button } from './Button.tsx'
import { classNames } from './classNames.ts'
import styles from './ProblemNote.module.css'

const css = classNames(styles)

type ProblemNoteProps = {
  readonly problem: Problem
  readonly subject: string | null
  readonly onCopy: (text: string) => void
  /** Buttons for what the person can do. */
  readonly children?: ReactNode
}

/** What happened, to which file, what Silverdrop does, what you can do; the technical text one click away. */
export function ProblemNote({ problem, subject, onCopy, children = null }: ProblemNoteProps) {
  const [isOpen, setOpen] = useState(false)
  const { what, file, does, can } = problemWords(problem, subject)
  const technical = `${problem.code}: ${problem.detail}`
  return (
    <section className={css('note')} aria-label="Problem">
      <p className={css('head')}>
        <TriangleAlert size={16} aria-hidden className={css('icon')} />
        {what}
      </p>
      {file !== null && <p className={css('file')}>{file}</p>}
      <p>{does}</p>
      <p>{can}</p>
      <div className={css('buttons')}>
        {children}
        <Button kind="quiet" aria-expanded={isOpen} onPress={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide technical text' : 'Technical text'}
        </Button>
      </div>
      {isOpen && (
        <>
          <pre className={css('detail')}>{technical}</pre>
          <div>
            <Button kind="quiet" onPress={() => onCopy(technical)}>
              Copy technical text
            </Button>
          </div>
        </>
      )}
    </section>
  )
}
