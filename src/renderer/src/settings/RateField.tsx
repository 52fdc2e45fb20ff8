import { classNames } from '../ui/classNames.ts'
import { Segmented, TextField } from '../ui/Field.tsx'
import styles from './Settings.module.css'
import { type RateDraft, rateUnits } from './transferDraft.ts'

const css = classNames(styles)

type RateFieldProps = {
  readonly label: string
  readonly rate: RateDraft
  readonly error: string | null
  readonly onChange: (rate: RateDraft) => void
}

/** A speed: a number and its unit. */
export function RateField({ label, rate, error, onChange }: RateFieldProps) {
  return (
    <div className={css('rate')}>
      <TextField label={label} value={rate.text} error={error} onChange={(text) => onChange({ ...rate, text })} />
      <div className={css('unit')}>
        <Segmented
          isLabelHidden
          label="Unit"
          value={rate.unit}
          options={rateUnits.map((value) => ({ value, label: value }))}
          onChange={(unit) => onChange({ ...rate, unit })}
        />
      </div>
    </div>
  )
}
