import { Copy } from 'lucide-react'
import { useState } from 'react'
import { type LinkFormat, type LinkKind, linkFormats } from '../../../shared/model/link.ts'
import { useServices } from '../services.ts'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { Segmented } from '../ui/Field.tsx'
import type { LinkSource } from './LinkActions.ts'
import styles from './LinkPanel.module.css'

const css = classNames(styles)

const HOUR_SECONDS = 3600
const kinds = ['public', 'hour', 'day', 'week'] as const
type KindChoice = (typeof kinds)[number]

const choices: Readonly<Record<KindChoice, { label: string; note: string; link: LinkKind }>> = {
  public: { label: 'Public', note: 'Opens for anyone, for ever.', link: { kind: 'public' } },
  hour: {
    label: '1 hour',
    note: 'Opens for whoever has it, for one hour.',
    link: { kind: 'signed', seconds: HOUR_SECONDS }
  },
  day: {
    label: '1 day',
    note: 'Opens for whoever has it, for one day.',
    link: { kind: 'signed', seconds: 24 * HOUR_SECONDS }
  },
  week: {
    label: '7 days',
    note: 'Opens for whoever has it, for seven days.',
    link: { kind: 'signed', seconds: 7 * 24 * HOUR_SECONDS }
  }
}
const formatLabels: Readonly<Record<LinkFormat, string>> = { plain: 'Plain', markdown: 'Markdown', html: 'HTML' }

type LinkPanelProps = {
  readonly source: LinkSource
  /** What the button says. */
  readonly label: string
  /** Outputs to choose from; empty where there is no choice. */
  readonly outputs?: ReadonlyArray<string>
  readonly onCopied?: () => void
}

/** For whom, how long and in which form; then copy. */
export function LinkPanel({ source, label, outputs = [], onCopied = () => {} }: LinkPanelProps) {
  const { linkActions } = useServices()
  const [kind, setKind] = useState<KindChoice>('public')
  const [format, setFormat] = useState<LinkFormat>('plain')
  const [outputId, setOutputId] = useState('all')
  const chosen: LinkSource =
    source.kind === 'frames' ? { ...source, outputId: outputId === 'all' ? null : outputId } : source
  return (
    <div className={css('panel')}>
      <Segmented
        label="Opens"
        value={kind}
        options={kinds.map((value) => ({ value, label: choices[value].label }))}
        onChange={setKind}
      />
      <Segmented
        label="Written as"
        value={format}
        options={linkFormats.map((value) => ({ value, label: formatLabels[value] }))}
        onChange={setFormat}
      />
      {source.kind === 'frames' && outputs.length > 1 && (
        <Segmented
          label="Of"
          value={outputId}
          options={[{ value: 'all', label: 'All' }, ...outputs.map((value) => ({ value, label: value }))]}
          onChange={setOutputId}
        />
      )}
      <p className={css('note')}>{choices[kind].note}</p>
      <Button
        kind="primary"
        icon={Copy}
        onPress={() => {
          void linkActions.copy(chosen, choices[kind].link, format)
          onCopied()
        }}
      >
        {label}
      </Button>
    </div>
  )
}
