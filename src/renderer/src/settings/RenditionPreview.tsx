import type { Rendition } from '../../../shared/model/output.ts'
import { formatBytes } from '../../../shared/units.ts'
import { problemWords } from '../../../shared/words/problemWords.ts'
import { classNames } from '../ui/classNames.ts'
import { Thumb } from '../ui/Thumb.tsx'
import styles from './Renditions.module.css'
import { useRenditionTrial } from './useRenditionTrial.ts'

const css = classNames(styles)

type RenditionPreviewProps = { readonly rendition: Rendition; readonly collectionId: string | null }

/** A photo beside what becomes of it, with the sizes of both. */
export function RenditionPreview({ rendition, collectionId }: RenditionPreviewProps) {
  const { made, isBusy, problem } = useRenditionTrial(rendition, collectionId)
  return (
    <section aria-label={`Preview of ${rendition.id}`} className={css('preview')}>
      {made && (
        <div className={css('sides', isBusy && 'old')}>
          <Side title="The photo" url={made.sourceUrl} facts={[made.name, formatBytes(made.sourceBytes)]} />
          <Side
            title={rendition.id}
            url={made.renditionUrl}
            facts={[
              `${made.widthPx} × ${made.heightPx}`,
              formatBytes(made.renditionBytes),
              shareOf(made.renditionBytes, made.sourceBytes)
            ]}
          />
        </div>
      )}
      <p role="status" className={css('help', problem !== null && 'warn')}>
        {sentenceOf(isBusy, problem === null ? null : problemWords(problem, null).what, made?.notes ?? null)}
      </p>
    </section>
  )
}

type SideProps = { readonly title: string; readonly url: string; readonly facts: ReadonlyArray<string> }

function Side({ title, url, facts }: SideProps) {
  return (
    <figure aria-label={title} className={css('side')}>
      <div className={css('picture')}>
        <Thumb previewUrl={url} kind="photo" isWhole alt={title} />
      </div>
      <figcaption className={css('caption')}>
        <span className={css('heading')}>{title}</span>
        <span className={css('help')}>{facts.join(' · ')}</span>
      </figcaption>
    </figure>
  )
}

/** @param notes Null where there is no picture to try it on. */
function sentenceOf(isBusy: boolean, failure: string | null, notes: ReadonlyArray<string> | null): string {
  if (isBusy) return 'Making it…'
  if (failure !== null) return failure
  return notes === null ? 'It shows here as soon as there is a photo in the queue to try it on.' : notes.join(' ')
}

/** For example "1.7 % of the photo". */
function shareOf(bytes: number, wholeBytes: number): string {
  const percent = wholeBytes === 0 ? 0 : (bytes / wholeBytes) * 100
  return `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} % of the photo`
}
