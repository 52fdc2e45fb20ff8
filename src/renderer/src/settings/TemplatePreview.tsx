import { useEffect, useState } from 'react'
import type { CallOutput } from '../../../shared/ipc/contract.ts'
import type { CollectionRules } from '../../../shared/model/collection.ts'
import { problemWords } from '../../../shared/words/problemWords.ts'
import { ask } from '../ask.ts'
import { useServices } from '../services.ts'
import { classNames } from '../ui/classNames.ts'
import styles from './Rules.module.css'

const css = classNames(styles)

/** A pause in typing: asking for every letter would answer too late for most. */
const TYPING_PAUSE_MS = 150

type TemplatePreviewProps = { readonly rules: CollectionRules; readonly collectionId: string | null }

/** Keys as the template would make them, or what is wrong with it. */
export function TemplatePreview({ rules, collectionId }: TemplatePreviewProps) {
  const { api } = useServices()
  const [answer, setAnswer] = useState<CallOutput<'collections:try-template'> | null>(null)
  useEffect(() => {
    let isCurrent = true
    const timer = setTimeout(() => {
      // Unanswered means that the form is not whole yet: the last answer stays.
      ask(api, 'collections:try-template', { rules, collectionId }).then(
        (next) => isCurrent && setAnswer(next),
        () => undefined
      )
    }, TYPING_PAUSE_MS)
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [api, rules, collectionId])
  // As high as what comes into it: nothing below may move under a hand that presses it.
  if (answer === null) return <div className={css('keys')} />
  if (answer.problem) {
    return (
      <p className={css('help', 'warn')} role="alert">
        {problemWords(answer.problem, null).what} {answer.problem.detail}
      </p>
    )
  }
  return (
    <div className={css('keys')} role="status" aria-label="Names made by this template">
      {answer.keys.map((key) => (
        <span key={key}>{key}</span>
      ))}
    </div>
  )
}
