import { Plus } from 'lucide-react'
import { useState } from 'react'
import { ORIGINAL, type Output, type Rendition } from '../../../shared/model/output.ts'
import { presets } from '../../../shared/model/presets.ts'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { SwitchField } from '../ui/Field.tsx'
import { PrivacyOriginal } from './PrivacyOriginal.tsx'
import { withPreset } from './presetOutputs.ts'
import { RenditionFields } from './RenditionFields.tsx'
import { RenditionPreview } from './RenditionPreview.tsx'
import styles from './Renditions.module.css'
import { newRendition } from './rulesProblem.ts'

const css = classNames(styles)

type OutputsEditorProps = {
  readonly outputs: ReadonlyArray<Output>
  /** Null: of collections to come. */
  readonly collectionId: string | null
  readonly onChange: (outputs: Output[]) => void
}

/** What is made of each frame. */
export function OutputsEditor({ outputs, collectionId, onChange }: OutputsEditorProps) {
  // One at a time, as the engine tries them.
  const [previewedId, setPreviewedId] = useState<string | null>(null)
  const hasOriginal = outputs.some(({ kind }) => kind === 'original')

  function replace(before: Rendition, next: Rendition): void {
    if (previewedId === before.id) setPreviewedId(next.id)
    onChange(outputs.map((output) => (output === before ? next : output)))
  }

  const own = newRendition([...outputs])
  return (
    <div className={css('outputs')}>
      <h3 className={css('heading')}>Outputs</h3>
      <SwitchField
        isSelected={hasOriginal}
        onChange={(isOn) => onChange(isOn ? [ORIGINAL, ...outputs] : outputs.filter(({ kind }) => kind !== 'original'))}
      >
        {outputs.some((output) => output.kind === 'original' && output.removesPosition)
          ? 'The original'
          : 'The original, byte for byte'}
      </SwitchField>
      <PrivacyOriginal outputs={outputs} onChange={onChange} />
      {outputs.map((output) =>
        output.kind === 'original' ? null : (
          <RenditionFields
            key={output.id}
            rendition={output}
            taken={outputs.filter((other) => other !== output).map(({ id }) => id)}
            isPreviewed={output.id === previewedId}
            onPreview={(isShown) => setPreviewedId(isShown ? output.id : null)}
            onChange={(next) => replace(output, next)}
            onRemove={() => onChange(outputs.filter((other) => other !== output))}
          >
            {output.id === previewedId && <RenditionPreview rendition={output} collectionId={collectionId} />}
          </RenditionFields>
        )
      )}
      <fieldset aria-label="Add renditions" className={css('add')}>
        {presets.map((preset) => {
          const next = withPreset(outputs, preset)
          return (
            <Button
              key={preset.id}
              icon={Plus}
              tip={preset.purpose}
              aria-label={`Add ${preset.name}`}
              isDisabled={next === null}
              onPress={() => next && onChange(next)}
            >
              {preset.name}
            </Button>
          )
        })}
        <Button
          icon={Plus}
          isDisabled={withPreset(outputs, { id: '', name: '', purpose: '', renditions: [own] }) === null}
          onPress={() => onChange([...outputs, own])}
        >
          Add a rendition
        </Button>
      </fieldset>
    </div>
  )
}
