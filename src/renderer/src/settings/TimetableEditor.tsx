import { Plus } from 'lucide-react'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { Segmented } from '../ui/Field.tsx'
import { useNow } from '../ui/useNow.ts'
import { HoursLine } from './HoursLine.tsx'
import { RateField } from './RateField.tsx'
import styles from './Timetable.module.css'
import { entryInForce } from './timetable.ts'
import {
  type EntryDraft,
  type EntryErrors,
  type EntryRule,
  entryRules,
  newEntryDraft,
  readEntry
} from './transferDraft.ts'

const css = classNames(styles)

const ruleWords: Readonly<Record<EntryRule, string>> = {
  limit: 'Limited',
  nothing: 'Nothing is sent',
  'no-limit': 'No limit'
}

type TimetableEditorProps = {
  readonly timetable: ReadonlyArray<EntryDraft>
  /** As many as lines. */
  readonly errors: ReadonlyArray<EntryErrors>
  /** Whether there is a limit at other hours. */
  readonly hasLimit: boolean
  readonly onChange: (timetable: ReadonlyArray<EntryDraft>) => void
}

/** Hours of the week with a limit of their own. */
export function TimetableEditor({ timetable, errors, hasLimit, onChange }: TimetableEditorProps) {
  const nowMs = useNow(60_000)
  const entries = timetable.map(readEntry)
  // While a line is half typed nobody can say which one decides.
  const whole = entries.flatMap((entry) => entry ?? [])
  const inForce = whole.length === entries.length ? entryInForce(whole, new Date(nowMs)) : null
  return (
    <div className={css('timetable')}>
      <h3 className={css('heading')}>Timetable</h3>
      <p className={css('help')}>
        {timetable.length === 0
          ? 'Hours with a limit of their own, for example less while the studio works.'
          : `The first line that fits the hour decides; outside of them ${hasLimit ? 'the limit above holds' : 'there is no limit'}.`}
      </p>
      <ol className={css('entries')}>
        {timetable.map((entry, index) => (
          <li key={entry.id}>
            <Entry
              number={index + 1}
              entry={entry}
              errors={errors[index] ?? null}
              isInForce={inForce === index}
              onChange={(next) => onChange(timetable.with(index, next))}
              onRemove={() => onChange(timetable.toSpliced(index, 1))}
              onRaise={index === 0 ? null : () => onChange(swapped(timetable, index))}
            />
          </li>
        ))}
      </ol>
      <div>
        <Button icon={Plus} onPress={() => onChange([...timetable, newEntryDraft(timetable)])}>
          Add hours
        </Button>
      </div>
    </div>
  )
}

type EntryProps = {
  /** From 1 up. */
  readonly number: number
  readonly entry: EntryDraft
  readonly errors: EntryErrors | null
  readonly isInForce: boolean
  readonly onChange: (entry: EntryDraft) => void
  readonly onRemove: () => void
  /** Null for the first line. */
  readonly onRaise: (() => void) | null
}

function Entry({ number, entry, errors, isInForce, onChange, onRemove, onRaise }: EntryProps) {
  const change = (part: Partial<EntryDraft>) => onChange({ ...entry, ...part })
  return (
    <HoursLine
      number={number}
      hours={entry}
      errors={errors}
      now={isInForce ? 'decides now' : null}
      onChange={change}
      onRemove={onRemove}
      onRaise={onRaise}
    >
      <Segmented
        label="In these hours"
        value={entry.rule}
        options={entryRules.map((value) => ({ value, label: ruleWords[value] }))}
        onChange={(rule) => change({ rule })}
      />
      {entry.rule === 'limit' && (
        <RateField
          label="At most"
          rate={entry.rate}
          error={errors?.rate ?? null}
          onChange={(rate) => change({ rate })}
        />
      )}
    </HoursLine>
  )
}

/** The line and the one above it change places. */
function swapped(timetable: ReadonlyArray<EntryDraft>, index: number): ReadonlyArray<EntryDraft> {
  const [above, entry] = [timetable[index - 1], timetable[index]]
  return above && entry ? timetable.with(index - 1, entry).with(index, above) : timetable
}
