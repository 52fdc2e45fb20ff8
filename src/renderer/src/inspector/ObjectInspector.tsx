import { ShieldCheck } from 'lucide-react'
import { formatBytes } from '../../../shared/units.ts'
import { countOf } from '../../../shared/words/stateWords.ts'
import { LinkPanel } from '../links/LinkPanel.tsx'
import { usualLinkChoice } from '../links/linkChoices.ts'
import { formatMoment } from '../links/linksSentence.ts'
import { useServices } from '../services.ts'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { Thumb } from '../ui/Thumb.tsx'
import { useStore } from '../ui/useStore.ts'
import styles from './Inspector.module.css'
import { Nothing } from './Inspector.tsx'

const css = classNames(styles)

/** Objects chosen in a bucket: one at closer sight, or several together. */
export function ObjectInspector() {
  const { app, bucket, linkActions } = useServices()
  const chosen = useStore(bucket, (state) => state.chosen)
  const accountId = useStore(bucket, (state) => state.accountId)
  const only = useStore(bucket, () => bucket.onlyChosenObject)
  const previewUrl = useStore(bucket, () => (only === null ? null : bucket.previewOf(only)))
  const account = useStore(
    app,
    (state) => state.accounts.find((view) => view.account.id === accountId)?.account ?? null
  )
  const usual = usualLinkChoice(null, account)
  const keys = bucket.chosenKeys
  if (chosen.size === 0 || accountId === null) return <Nothing text="Choose an object to see it here" />
  const source = { kind: 'objects', accountId, keys } as const
  const buttons = (
    <div className={css('buttons')}>
      <Button kind="danger" onPress={() => void bucket.askToDelete()}>
        Delete…
      </Button>
    </div>
  )
  if (only === null) {
    return (
      <div className={css('inspector')}>
        <h2 className={css('name')}>{countOf(chosen.size, 'item')} chosen</h2>
        {keys.length > 0 && <LinkPanel key={usual} source={source} label="Copy links" usual={usual} />}
        <div className={css('section')}>{buttons}</div>
      </div>
    )
  }
  return (
    <div className={css('inspector')}>
      <div className={css('preview')}>
        <Thumb previewUrl={previewUrl} thumbhash={only.thumbhash} kind="photo" isWhole alt={only.key} />
      </div>
      <div>
        <h2 className={css('name')}>{only.key.split('/').at(-1)}</h2>
        <p className={css('small')}>
          {formatBytes(only.sizeBytes)} · {formatMoment(only.modifiedAtMs)}
        </p>
      </div>
      {only.isProved && (
        <p className={css('note', 'good')}>
          <ShieldCheck size={14} aria-hidden />
          Proved by Silverdrop
        </p>
      )}
      <LinkPanel key={`${only.key} ${usual}`} source={source} label="Copy link" usual={usual} />
      <section className={css('section')} aria-label="Facts">
        <dl className={css('facts')}>
          <dt>Key</dt>
          <dd>{only.key}</dd>
          <dt>ETag</dt>
          <dd className={css('digest')}>{only.etag}</dd>
        </dl>
      </section>
      <div className={css('buttons')}>
        <Button onPress={() => void linkActions.copyText(only.key, 'Key')}>Copy key</Button>
        {buttons}
      </div>
    </div>
  )
}
