import { Check } from 'lucide-react'
import { Checkbox, CheckboxGroup, FieldError, Label } from 'react-aria-components'
import styles from './Checkboxes.module.css'
import { classNames } from './classNames.ts'

const css = classNames(styles)

type CheckboxesProps<T extends string> = {
  readonly label: string
  readonly values: ReadonlyArray<T>
  readonly options: ReadonlyArray<{ readonly value: T; readonly label: string }>
  readonly error?: string | null
  readonly onChange: (values: T[]) => void
}

/** Any of a few; they are given back in the order of the options. */
export function Checkboxes<T extends string>({ label, values, options, error = null, onChange }: CheckboxesProps<T>) {
  return (
    <CheckboxGroup
      value={[...values]}
      isInvalid={error !== null}
      onChange={(chosen) => onChange(options.flatMap(({ value }) => (chosen.includes(value) ? [value] : [])))}
      className={css('group')}
    >
      <Label className={css('label')}>{label}</Label>
      <div className={css('boxes')}>
        {options.map((option) => (
          <Checkbox key={option.value} value={option.value} className={css('choice')}>
            <span className={css('box')}>
              <Check size={12} strokeWidth={3} aria-hidden />
            </span>
            {option.label}
          </Checkbox>
        ))}
      </div>
      <FieldError className={css('error')}>{error}</FieldError>
    </CheckboxGroup>
  )
}
