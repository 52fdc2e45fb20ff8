import { ArrowUp, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import { isOverMidnight } from '../../../shared/hours.ts'
import { IconButton } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { TextField } from '../ui/Field.tsx'
import { type HoursDraft, type HoursErrors, readTime } from './hoursDraft.ts'
import styles from './Timetable.module.css'
import { weekOrder } from './timetable.ts'

const css = classNames(styles)

const DAY_NAMES = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const

type HoursLineProps = {
  /** From 1 up. */
  readonly number: number
  readonly hours: HoursDraft
  readonly errors: HoursErrors | null
  /** What is said where they decide at the moment; null where they do not. */
  readonly now: string | null
  /** What else there is to choose for these hours, beside their times. */
  readonly children?: ReactNode
  readonly onChange: (part: Partial<Pick<HoursDraft, 'days' | 'from' | 'to'>>) => void
  readonly onRemove: () => void
  /** Null where the order says nothing, and for the first line. */
  readonly onRaise: (() => void) | null
}

/** Some hours of the week: the days and from when to when. */
export function HoursLine({ number, hours, errors, now, children, onChange, onRemove, onRaise }: HoursLineProps) {
  return (
    <fieldset className={css('entry')} aria-label={`Hours ${number}`}>
      <div className={css('line')}>
        <span className={css('number')}>{number}.</span>
        <ToggleButtonGroup
          aria-label="Days"
          selectionMode="multiple"
          selectedKeys={[...hours.days].map(String)}
          onSelectionChange={(keys) => onChange({ days: new Set([...keys].map(Number)) })}
          className={css('days')}
        >
          {weekOrder(navigator.language).map((day) => (
            <ToggleButton key={day} id={String(day)} className={css('day')}>
              {DAY_NAMES[day] ?? ''}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        {now !== null && <span className={css('now')}>{now}</span>}
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
            value={hours.from}
            error={errors?.from ?? null}
            onChange={(from) => onChange({ from })}
          />
        </div>
        <div className={css('time')}>
          <TextField label="To" value={hours.to} error={errors?.to ?? null} onChange={(to) => onChange({ to })} />
        </div>
        {children}
      </div>
      {isOvernight(hours) && (
        <p className={css('help')}>Over midnight: it begins on the chosen days and ends on the day after.</p>
      )}
    </fieldset>
  )
}

function isOvernight({ from, to }: HoursDraft): boolean {
  const [fromMinute, toMinute] = [readTime(from), readTime(to)]
  return fromMinute !== null && toMinute !== null && isOverMidnight({ fromMinute, toMinute })
}
