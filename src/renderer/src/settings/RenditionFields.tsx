import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { outputIdSchema, type Rendition, renditionFormats } from '../../../shared/model/output.ts'
import { IconButton } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { NumberField, SelectField, SwitchField, TextField } from '../ui/Field.tsx'
import styles from './Rules.module.css'

const css = classNames(styles)

const formatWords = { webp: 'WebP', jpeg: 'JPEG', avif: 'AVIF', png: 'PNG' } as const

type RenditionFieldsProps = {
  readonly rendition: Rendition
  /** Names of the other outputs. */
  readonly taken: ReadonlyArray<string>
  readonly onChange: (rendition: Rendition) => void
  readonly onRemove: () => void
}

/** One rendition: its name, size, format and quality. */
export function RenditionFields({ rendition, taken, onChange, onRemove }: RenditionFieldsProps) {
  const change = (part: Partial<Rendition>) => onChange({ ...rendition, ...part })
  return (
    <fieldset className={css('rendition')} aria-label={`Rendition ${rendition.id}`}>
      <NameField id={rendition.id} taken={taken} onChange={(id) => change({ id })} />
      <NumberField
        label="Long edge, px"
        value={rendition.longEdgePx}
        min={16}
        max={16_384}
        onChange={(longEdgePx) => change({ longEdgePx })}
      />
      <SelectField
        label="Format"
        value={rendition.format}
        options={renditionFormats.map((value) => ({ value, label: formatWords[value] }))}
        onChange={(format) => change({ format })}
      />
      <NumberField
        label="Quality"
        value={rendition.quality}
        min={1}
        max={100}
        onChange={(quality) => change({ quality })}
      />
      <IconButton label={`Remove ${rendition.id}`} icon={Trash2} onPress={onRemove} />
      <div className={css('wide')}>
        <SwitchField isSelected={rendition.keepsPosition} onChange={(keepsPosition) => change({ keepsPosition })}>
          Keep the place where it was taken
        </SwitchField>
      </div>
    </fieldset>
  )
}

type NameFieldProps = {
  readonly id: string
  readonly taken: ReadonlyArray<string>
  readonly onChange: (id: string) => void
}

/** The name becomes part of every object's key, so it counts only when it is whole: when the field is left. */
function NameField({ id, taken, onChange }: NameFieldProps) {
  const [text, setText] = useState(id)
  return (
    <TextField
      label="Name"
      value={text}
      error={nameError(text, taken)}
      onChange={setText}
      onBlur={() => {
        if (text !== id && nameError(text, taken) === null) onChange(text)
      }}
    />
  )
}

/** Why an output cannot have this name; null if it can. */
function nameError(text: string, taken: ReadonlyArray<string>): string | null {
  if (taken.includes(text) || text === 'original') return 'This name is taken'
  return outputIdSchema.safeParse(text).success ? null : 'Lower-case letters, digits, hyphens'
}
