import { FolderOpen } from 'lucide-react'
import { toProblem } from '../../../shared/errors.ts'
import type { Watermark } from '../../../shared/model/output.ts'
import { ask } from '../ask.ts'
import { useServices } from '../services.ts'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { NumberField, Segmented, TextField } from '../ui/Field.tsx'
import { MiddleCut } from '../ui/MiddleCut.tsx'
import { PositionGrid } from './PositionGrid.tsx'
import styles from './Renditions.module.css'

const css = classNames(styles)

const USUAL_PLACE = { position: 'bottom-right', marginPercent: 3, sizePercent: 25, opacityPercent: 50 } as const

type Kind = Watermark['kind'] | 'none'

type WatermarkFieldsProps = {
  readonly watermark: Watermark | null
  readonly onChange: (watermark: Watermark | null) => void
}

/** The mark that is drawn over a rendition. */
export function WatermarkFields({ watermark, onChange }: WatermarkFieldsProps) {
  return (
    <div className={css('watermark')}>
      <Segmented<Kind>
        label="Watermark"
        value={watermark?.kind ?? 'none'}
        options={[
          { value: 'none', label: 'None' },
          { value: 'text', label: 'Text' },
          { value: 'image', label: 'Picture' }
        ]}
        onChange={(kind) => onChange(watermarkOf(kind, watermark))}
      />
      {watermark && <WatermarkPlace watermark={watermark} onChange={onChange} />}
    </div>
  )
}

type WatermarkPlaceProps = { readonly watermark: Watermark; readonly onChange: (watermark: Watermark) => void }

function WatermarkPlace({ watermark, onChange }: WatermarkPlaceProps) {
  return (
    <>
      {watermark.kind === 'text' ? (
        <TextField
          label="Text of the watermark"
          value={watermark.text}
          error={watermark.text.trim() === '' ? 'It needs a text' : null}
          onChange={(text) => onChange({ ...watermark, text })}
        />
      ) : (
        <PictureField path={watermark.path} onChange={(path) => onChange({ ...watermark, path })} />
      )}
      <div className={css('place')}>
        <PositionGrid value={watermark.position} onChange={(position) => onChange({ ...watermark, position })} />
        <NumberField
          label="Size, %"
          value={watermark.sizePercent}
          min={1}
          max={100}
          onChange={(sizePercent) => onChange({ ...watermark, sizePercent })}
        />
        <NumberField
          label="Opacity, %"
          value={watermark.opacityPercent}
          min={1}
          max={100}
          onChange={(opacityPercent) => onChange({ ...watermark, opacityPercent })}
        />
        <NumberField
          label="Margin, %"
          value={watermark.marginPercent}
          min={0}
          max={50}
          onChange={(marginPercent) => onChange({ ...watermark, marginPercent })}
        />
      </div>
    </>
  )
}

type PictureFieldProps = { readonly path: string; readonly onChange: (path: string) => void }

function PictureField({ path, onChange }: PictureFieldProps) {
  const { api, toasts } = useServices()

  async function choose(): Promise<void> {
    try {
      const [chosen] = await ask(api, 'dialog:choose-files', {})
      if (chosen !== undefined) onChange(chosen)
    } catch (error) {
      toasts.showProblem(toProblem(error))
    }
  }

  return (
    <div className={css('file')}>
      <Button icon={FolderOpen} onPress={() => void choose()}>
        Choose a picture…
      </Button>
      {path === '' ? (
        <span className={css('warn')}>A PNG with transparency, as a rule</span>
      ) : (
        <MiddleCut text={path.split(/[\\/]/).at(-1) ?? path} title={path} />
      )}
    </div>
  )
}

/** Another kind of mark in the same place. */
function watermarkOf(kind: Kind, before: Watermark | null): Watermark | null {
  if (kind === 'none') return null
  if (kind === before?.kind) return before
  const { position, marginPercent, sizePercent, opacityPercent } = before ?? USUAL_PLACE
  const place = { position, marginPercent, sizePercent, opacityPercent }
  return kind === 'text' ? { kind, text: 'PROOF', ...place } : { kind, path: '', ...place }
}
