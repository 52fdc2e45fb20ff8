import { Copy } from 'lucide-react'
import { useState } from 'react'
import type { Account } from '../../../shared/model/account.ts'
import { type LinkFormat, linkFormats } from '../../../shared/model/link.ts'
import { useServices } from '../services.ts'
import type { AppState } from '../shell/AppStore.ts'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { Segmented, SelectField } from '../ui/Field.tsx'
import { useStore } from '../ui/useStore.ts'
import type { LinkSource } from './LinkActions.ts'
import styles from './LinkPanel.module.css'
import { type LinkChoice, linkChoices, linkChoiceWords, opensHereOnly } from './linkChoices.ts'

const css = classNames(styles)

const formatLabels: Readonly<Record<LinkFormat, string>> = {
  plain: 'Plain',
  markdown: 'Markdown',
  html: 'HTML',
  picture: 'HTML <picture>, all sizes'
}

type LinkPanelProps = {
  readonly source: LinkSource
  /** What the button says. */
  readonly label: string
  /** Outputs to choose from; empty where there is no choice. */
  readonly outputs?: ReadonlyArray<string>
  /** The choice to begin with. */
  readonly usual: LinkChoice
  readonly onCopied?: () => void
}

/** For whom, how long and in which form; then copy. */
export function LinkPanel({ source, label, outputs = [], usual, onCopied = () => {} }: LinkPanelProps) {
  const { app, linkActions } = useServices()
  const isHereOnly = useStore(app, (state) => accountsOf(source, state).every(opensHereOnly))
  const [kind, setKind] = useState(usual)
  const [format, setFormat] = useState<LinkFormat>('plain')
  const [outputId, setOutputId] = useState('all')
  const chosen: LinkSource =
    source.kind === 'frames' ? { ...source, outputId: outputId === 'all' ? null : outputId } : source
  return (
    <div className={css('panel')}>
      <Segmented
        label="Opens"
        value={kind}
        options={linkChoices.map((value) => ({ value, label: linkChoiceWords[value].label }))}
        onChange={setKind}
      />
      <SelectField
        label="Written as"
        value={format}
        options={linkFormats.map((value) => ({ value, label: formatLabels[value] }))}
        onChange={setFormat}
      />
      {source.kind === 'frames' && outputs.length > 1 && (
        <SelectField
          label="Of"
          value={outputId}
          options={[{ value: 'all', label: 'All' }, ...outputs.map((value) => ({ value, label: value }))]}
          onChange={setOutputId}
        />
      )}
      <p className={css('note')}>
        {isHereOnly ? 'Opens on this computer only: the bucket is on it.' : linkChoiceWords[kind].note}
      </p>
      <Button
        kind="primary"
        icon={Copy}
        onPress={() => {
          void linkActions.copy(chosen, linkChoiceWords[kind].link, format)
          onCopied()
        }}
      >
        {label}
      </Button>
    </div>
  )
}

/** The accounts that the links may be of: of a choice of frames, any. */
function accountsOf(source: LinkSource, { accounts, collections }: AppState): ReadonlyArray<Account> {
  const all = accounts.map(({ account }) => account)
  if (source.kind === 'objects') return all.filter(({ id }) => id === source.accountId)
  const { select } = source
  const collection = 'ids' in select ? null : collections.find(({ id }) => id === select.collectionId)
  return collection ? all.filter(({ id }) => id === collection.accountId) : all
}
