import { ORIGINAL, type Output } from '../../../shared/model/output.ts'
import { SwitchField } from '../ui/Field.tsx'

type PrivacyOriginalProps = {
  readonly outputs: ReadonlyArray<Output>
  readonly onChange: (outputs: Output[]) => void
}

/** Beside the switch of the original, while it is on: whether the file itself goes, or a copy that does not say where. */
export function PrivacyOriginal({ outputs, onChange }: PrivacyOriginalProps) {
  const original = outputs.find((output) => output.kind === 'original')
  if (!original) return null
  return (
    <SwitchField
      isSelected={original.removesPosition === true}
      onChange={(isOn) => {
        const next: Output = isOn ? { kind: 'original', id: 'original', removesPosition: true } : ORIGINAL
        onChange(outputs.map((output) => (output === original ? next : output)))
      }}
    >
      Originals go without their position, as copies with the same pixels
    </SwitchField>
  )
}
