import { ChevronDown } from 'lucide-react'
import type { ReactNode } from 'react'
import {
  NumberField as AriaNumberField,
  TextField as AriaTextField,
  Button,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
  Switch,
  Text,
  TextArea,
  ToggleButton,
  ToggleButtonGroup
} from 'react-aria-components'
import { classNames } from './classNames.ts'
import styles from './Field.module.css'

const css = classNames(styles)

type TextFieldProps = {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly help?: string | null
  /** What is wrong with the value; null if nothing is. */
  readonly error?: string | null
  readonly placeholder?: string
  /** Above 1 the field takes several lines. */
  readonly lines?: number
  readonly type?: 'text' | 'password' | 'url'
  readonly isRequired?: boolean
  readonly onFocus?: () => void
  readonly onBlur?: () => void
}

export function TextField({
  label,
  help = null,
  error = null,
  placeholder = '',
  lines = 1,
  type = 'text',
  ...props
}: TextFieldProps) {
  return (
    <AriaTextField
      {...props}
      type={type}
      isInvalid={error !== null}
      autoComplete="off"
      spellCheck="false"
      className={css('field')}
    >
      <Label className={css('label')}>{label}</Label>
      {lines > 1 ? (
        <TextArea rows={lines} placeholder={placeholder} className={css('input', 'lines')} />
      ) : (
        <Input placeholder={placeholder} className={css('input')} />
      )}
      {help !== null && (
        <Text slot="description" className={css('help')}>
          {help}
        </Text>
      )}
      <FieldError className={css('error')}>{error}</FieldError>
    </AriaTextField>
  )
}

type NumberFieldProps = {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly isDisabled?: boolean
  readonly onChange: (value: number) => void
}

/** A whole number; what is typed outside the limits is brought inside when the field is left. */
export function NumberField({ label, value, min, max, isDisabled = false, onChange }: NumberFieldProps) {
  return (
    <AriaNumberField
      value={value}
      minValue={min}
      maxValue={max}
      isDisabled={isDisabled}
      step={1}
      formatOptions={{ maximumFractionDigits: 0, useGrouping: false }}
      onChange={(next) => Number.isFinite(next) && onChange(next)}
      className={css('field')}
    >
      <Label className={css('label')}>{label}</Label>
      <Input className={css('input')} />
    </AriaNumberField>
  )
}

type Option<T extends string> = { readonly value: T; readonly label: string }
type ChoiceProps<T extends string> = {
  readonly label: string
  readonly value: T
  readonly options: ReadonlyArray<Option<T>>
  readonly onChange: (value: T) => void
}

export function SelectField<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <Select
      value={value}
      onChange={(key) => {
        const option = options.find((candidate) => candidate.value === key)
        if (option) onChange(option.value)
      }}
      className={css('field')}
    >
      <Label className={css('label')}>{label}</Label>
      <Button className={css('input', 'select')}>
        <SelectValue />
        <ChevronDown size={16} aria-hidden />
      </Button>
      <Popover offset={4} className={css('popover')}>
        <ListBox className={css('list')}>
          {options.map((option) => (
            <ListBoxItem key={option.value} id={option.value} className={css('option')}>
              {option.label}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  )
}

/** A choice of a few, all in sight. `isLabelHidden` where the place says what it is about. */
export function Segmented<T extends string>({
  label,
  value,
  options,
  onChange,
  isLabelHidden = false
}: ChoiceProps<T> & { readonly isLabelHidden?: boolean }) {
  const group = (
    <ToggleButtonGroup
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const option = options.find((candidate) => keys.has(candidate.value))
        if (option) onChange(option.value)
      }}
      className={css('segmented')}
    >
      {options.map((option) => (
        <ToggleButton key={option.value} id={option.value} className={css('segment')}>
          {option.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  )
  if (isLabelHidden) return group
  return (
    <div className={css('field')}>
      <span className={css('label')} aria-hidden>
        {label}
      </span>
      {group}
    </div>
  )
}

type SwitchFieldProps = {
  readonly children: ReactNode
  readonly isSelected: boolean
  readonly onChange: (isSelected: boolean) => void
}

export function SwitchField({ children, ...props }: SwitchFieldProps) {
  return (
    <Switch {...props} className={css('switch')}>
      <span className={css('track')} />
      {children}
    </Switch>
  )
}
