import { ArrowUp, Plus, Trash2 } from 'lucide-react'
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import { Button, IconButton } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { Segmented, TextField } from '../ui/Field.tsx'
import { useNow } from '../ui/useNow.ts'
import { RateField } from './RateField.tsx'
import styles from './Timetable.module.css'
import { entryInForce, isOverMidnight, weekOrder } from './timetable.ts'
import {
  type EntryDraft,
  type EntryErrors,
  type EntryRule,
  entryRules,
  newEntryDraft,
  readEntry
} from './transferDraft.ts'

const css = classNames(styles)

const DAY_NAMES = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
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
              isOvernight={isOvernight(entries[index] ?? null)}
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
  readonly isOvernight: boolean
  readonly onChange: (entry: EntryDraft) => void
  readonly onRemove: () => void
  /** Null for the first line. */
  readonly onRaise: (() => void) | null
}

function Entry({ number, entry, errors, isInForce, isOvernight: isOver, onChange, onRemove, onRaise }: EntryProps) {
  const change = (part: Partial<EntryDraft>) => onChange({ ...entry, ...part })
  return (
    <fieldset className={css('entry')} aria-label={`Hours ${number}`}>
      <div className={css('line')}>
        <span className={css('number')}>{number}.</span>
        <ToggleButtonGroup
          aria-label="Days"
          selectionMode="multiple"
          selectedKeys={[...entry.days].map(String)}
          onSelectionChange={(keys) => change({ days: new Set([...keys].map(Number)) })}
          className={css('days')}
        >
          {weekOrder(navigator.language).map((day) => (
            <ToggleButton key={day} id={String(day)} className={css('day')}>
              {DAY_NAMES[day] ?? ''}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        {isInForce && <span className={css('now')}>decides now</span>}
        <span className={css('space')} />
        {onRaise && <IconButton isSmall label={`Move hours ${number} up`} icon={ArrowUp} onPress={onRaise} />}
        <IconButton isSmall label={`Remove hours ${number}`} icon={Trash2} onPress={onRemove} />
      </div>
      {errors?.days && (
        <p className={css('error')} role="alert">
          {errors.days}
        </p>
      )}
      <div className={css('line', 'fields')}>
        <div className={css('time')}>
          <TextField
            label="From"
            value={entry.from}
            error={errors?.from ?? null}
            onChange={(from) => change({ from })}
          />
        </div>
        <div className={css('time')}>
          <TextField label="To" value={entry.to} error={errors?.to ?? null} onChange={(to) => change({ to })} />
        </div>
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
      </div>
      {isOver && <p className={css('help')}>Over midnight: it begins on the chosen days and ends on the day after.</p>}
    </fieldset>
  )
}

function isOvernight(entry: ReturnType<typeof readEntry>): boolean {
  return entry !== null && isOverMidnight(entry)
}

/** The line and the one above it change places. */
function swapped(timetable: ReadonlyArray<EntryDraft>, index: number): ReadonlyArray<EntryDraft> {
  const [above, entry] = [timetable[index - 1], timetable[index]]
  return above && entry ? timetable.with(index - 1, entry).with(index, above) : timetable
}
