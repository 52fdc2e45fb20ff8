import { VisuallyHidden } from 'react-aria-components'
import { classNames } from './classNames.ts'
import styles from './MiddleCut.module.css'

const css = classNames(styles)

/** Output id and extension: what tells `DSC_0412-original.JPG` from `DSC_0412-web.webp`. */
const TAIL_CHARACTERS = 13

/** A name on one line that gives way in its middle, since the end of a file name says what it is. */
export function MiddleCut({ text, title }: { readonly text: string; readonly title: string }) {
  const characters = [...text]
  if (characters.length <= TAIL_CHARACTERS) {
    return (
      <span className={css('whole')} title={title}>
        {text}
      </span>
    )
  }
  return (
    <span className={css('whole')} title={title}>
      <span className={css('head')} aria-hidden>
        {characters.slice(0, -TAIL_CHARACTERS).join('')}
      </span>
      <span className={css('tail')} aria-hidden>
        {characters.slice(-TAIL_CHARACTERS).join('')}
      </span>
      <VisuallyHidden>{text}</VisuallyHidden>
    </span>
  )
}
