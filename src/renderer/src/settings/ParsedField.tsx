import { useState } from 'react'
import { TextField } from '../ui/Field.tsx'

type ParsedFieldProps<T> = {
  readonly label: string
  readonly value: T
  readonly format: (value: T) => string
  /** What cannot be read becomes a value that may not be stored. */
  readonly parse: (text: string) => T
  readonly error: string | null
  readonly help?: string | null
  readonly placeholder?: string
  readonly lines?: number
  readonly onChange: (value: T) => void
}

/** A value that is typed as text. The text stays as it is typed, whatever is read from it. */
export function ParsedField<T>({ value, format, parse, onChange, ...field }: ParsedFieldProps<T>) {
  const [text, setText] = useState(() => format(value))
  return (
    <TextField
      {...field}
      value={text}
      onChange={(next) => {
        setText(next)
        onChange(parse(next))
      }}
    />
  )
}
