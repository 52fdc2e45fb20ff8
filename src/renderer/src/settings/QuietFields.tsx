import { Plus } from 'lucide-react'
import { useState } from 'react'
import { frameKinds } from '../../../shared/model/frame.ts'
import type { Hours, QuietRules } from '../../../shared/model/selection.ts'
import { kindWords } from '../../../shared/words/kindWords.ts'
import { Button } from '../ui/Button.tsx'
import { Checkboxes } from '../ui/Checkboxes.tsx'
import { classNames } from '../ui/classNames.ts'
import { SwitchField } from '../ui/Field.tsx'
import { Fold } from '../ui/Fold.tsx'
import { HoursLine } from './HoursLine.tsx'
import { freeLineId, type HoursDraft, hoursErrors, readHours, toHoursDraft } from './hoursDraft.ts'
import { quietWords } from './hoursWords.ts'
import styles from './Rules.module.css'

const css = classNames(styles)

const NIGHT: Hours = { days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 22 * 60, toMinute: 6 * 60 }
const RAW_AT_NIGHT: QuietRules = { kinds: ['raw'], hours: [NIGHT] }

type QuietFieldsProps = {
  /** Absent: every kind goes at once. */
  readonly rules: QuietRules | undefined
  /** Null where every kind goes at once. */
  readonly onChange: (rules: QuietRules | null) => void
}

/** Which kinds wait, and for which hours. */
export function QuietFields({ rules, onChange }: QuietFieldsProps) {
  const [lines, setLines] = useState<ReadonlyArray<HoursDraft>>(() => (rules?.hours ?? []).map(toHoursDraft))

  function changeLines(next: ReadonlyArray<HoursDraft>, kinds: QuietRules['kinds']): void {
    setLines(next)
    onChange({ kinds, hours: next.map(storable) })
  }

  function switchTo(isOn: boolean): void {
    if (isOn) changeLines(RAW_AT_NIGHT.hours.map(toHoursDraft), RAW_AT_NIGHT.kinds)
    else onChange(null)
  }

  return (
    <Fold title="Quiet hours" summary={summaryOf(rules)}>
      <SwitchField isSelected={rules !== undefined} onChange={switchTo}>
        Originals wait for quiet hours
      </SwitchField>
      <p className={css('help')}>
        JPEG now, RAW at night. Only originals wait; smaller copies go at once. What has begun when the hours end is
        finished.
      </p>
      {rules && (
        <>
          <Checkboxes
            label="These wait"
            values={rules.kinds}
            options={frameKinds.map((value) => ({ value, label: kindWords[value] }))}
            error={rules.kinds.length === 0 ? 'Choose at least one kind' : null}
            onChange={(kinds) => onChange({ ...rules, kinds })}
          />
          {lines.map((line, index) => (
            <HoursLine
              key={line.id}
              number={index + 1}
              hours={line}
              errors={hoursErrors(line)}
              now={null}
              onChange={(part) => changeLines(lines.with(index, { ...line, ...part }), rules.kinds)}
              onRemove={() => changeLines(lines.toSpliced(index, 1), rules.kinds)}
              onRaise={null}
            />
          ))}
          {lines.length === 0 && (
            <p className={css('help', 'warn')} role="alert">
              Without hours nothing that waits would ever go.
            </p>
          )}
          <div>
            <Button
              icon={Plus}
              onPress={() => changeLines([...lines, toHoursDraft(NIGHT, freeLineId(lines))], rules.kinds)}
            >
              Add quiet hours
            </Button>
          </div>
        </>
      )}
    </Fold>
  )
}

/** A time that cannot be read becomes one that may not be stored. */
function storable(line: HoursDraft): Hours {
  const { days, fromMinute, toMinute } = readHours(line)
  return { days, fromMinute: fromMinute ?? Number.NaN, toMinute: toMinute ?? Number.NaN }
}

function summaryOf(rules: QuietRules | undefined): string {
  if (rules === undefined) return 'All goes at once'
  const isWhole = rules.hours.every(({ fromMinute, toMinute }) => Number.isFinite(fromMinute + toMinute))
  const kinds = rules.kinds.map((kind) => kindWords[kind]).join(', ')
  return isWhole && rules.hours.length > 0 ? `${kinds}: ${quietWords(rules)}` : kinds
}
