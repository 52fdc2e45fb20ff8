import { VisuallyHidden } from 'react-aria-components'
import { classNames } from './classNames.ts'
import styles from './MiddleCut.module.css'

const css = classNames(styles)

/** Output id and extension, which tell `DSC_0412-original.JPG` from `DSC_0412-web.webp`; else the extension alone. */
const TAIL = /(?:-[a-z0-9]{1,12})?\.[A-Za-z0-9]{1,5}$/

/** A name on one line that gives way in its middle, since the end of a file name says what it is. */
export function MiddleCut({ text, title }: { readonly text: string; readonly title: string }) {
  const tail = TAIL.exec(text)?.[0] ?? ''
  if (tail === '') {
    return (
      <span className={css('whole')} title={title}>
        {text}
      </span>
    )
  }
  return (
    <span className={css('whole')} title={title}>
      <span className={css('head')} aria-hidden>
        {text.slice(0, -tail.length)}
      </span>
      <span className={css('tail')} aria-hidden>
        {tail}
      </span>
      <VisuallyHidden>{text}</VisuallyHidden>
    </span>
  )
}
