import { ChevronDown, ChevronRight, Eye, EyeOff, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { FULL_SIZE_PX, outputIdSchema, type Rendition, renditionFormats } from '../../../shared/model/output.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { NumberField, SelectField, TextField } from '../ui/Field.tsx'
import { RenditionMore } from './RenditionMore.tsx'
import styles from './Renditions.module.css'
import { formatWords, moreSentence, sizeModeOf, sizeModes, sizeModeWords, withSizeMode } from './renditionWords.ts'

const css = classNames(styles)

const MIN_SIDE_PX = 16

type RenditionFieldsProps = {
  readonly rendition: Rendition
  /** Names of the other outputs. */
  readonly taken: ReadonlyArray<string>
  readonly isPreviewed: boolean
  readonly onPreview: (isShown: boolean) => void
  readonly onChange: (rendition: Rendition) => void
  readonly onRemove: () => void
  /** Its preview, where it is shown. */
  readonly children: ReactNode
}

/** One rendition: its name, size, format and quality in sight, the rest behind a button. */
export function RenditionFields(props: RenditionFieldsProps) {
  const { rendition, taken, isPreviewed, onPreview, onChange, onRemove, children } = props
  const [isOpen, setOpen] = useState(false)
  const change = (part: Partial<Rendition>) => onChange({ ...rendition, ...part })
  const sizeMode = sizeModeOf(rendition)
  return (
    <fieldset className={css('rendition')} aria-label={`Rendition ${rendition.id}`}>
      <div className={css('usual')}>
        <NameField id={rendition.id} taken={taken} onChange={(id) => change({ id })} />
        <SelectField
          label="Format"
          value={rendition.format}
          options={[...renditionFormats, 'keep' as const].map((value) => ({ value, label: formatWords[value] }))}
          onChange={(format) => change({ format })}
        />
        <NumberField
          label="Quality"
          value={rendition.quality}
          min={1}
          max={100}
          isDisabled={rendition.format === 'png'}
          onChange={(quality) => change({ quality })}
        />
        <IconButton label={`Remove ${rendition.id}`} icon={Trash2} onPress={onRemove} />
      </div>
      <div className={css('usual')}>
        <SelectField
          label="Size"
          value={sizeMode}
          options={sizeModes.map((value) => ({ value, label: sizeModeWords[value] }))}
          onChange={(mode) => onChange(withSizeMode(rendition, mode))}
        />
        <SizeNumbers rendition={rendition} onChange={change} />
      </div>
      <div className={css('more')}>
        <Button
          kind="quiet"
          icon={isOpen ? ChevronDown : ChevronRight}
          aria-expanded={isOpen}
          aria-label={`${isOpen ? 'Less' : 'More'} of ${rendition.id}`}
          onPress={() => setOpen(!isOpen)}
        >
          {isOpen ? 'Less' : 'More'}
        </Button>
        <span className={css('summary')}>{!isOpen && moreSentence(rendition)}</span>
        <Button
          kind="quiet"
          icon={isPreviewed ? EyeOff : Eye}
          aria-expanded={isPreviewed}
          aria-label={`${isPreviewed ? 'Hide the preview' : 'Preview'} of ${rendition.id}`}
          onPress={() => onPreview(!isPreviewed)}
        >
          {isPreviewed ? 'Hide' : 'Preview'}
        </Button>
      </div>
      {isOpen && <RenditionMore rendition={rendition} onChange={change} />}
      {children}
    </fieldset>
  )
}

type SizeNumbersProps = { readonly rendition: Rendition; readonly onChange: (part: Partial<Rendition>) => void }

function SizeNumbers({ rendition: { box, longEdgePx }, onChange }: SizeNumbersProps) {
  const limits = { min: MIN_SIDE_PX, max: FULL_SIZE_PX }
  if (box) {
    return (
      <>
        <NumberField
          label="Width, px"
          value={box.widthPx}
          {...limits}
          onChange={(widthPx) => onChange({ box: { ...box, widthPx } })}
        />
        <NumberField
          label="Height, px"
          value={box.heightPx}
          {...limits}
          onChange={(heightPx) => onChange({ box: { ...box, heightPx } })}
        />
      </>
    )
  }
  if (longEdgePx === FULL_SIZE_PX) return null
  return (
    <NumberField
      label="Long edge, px"
      value={longEdgePx}
      {...limits}
      onChange={(edgePx) => onChange({ longEdgePx: edgePx })}
    />
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
