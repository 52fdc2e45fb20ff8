import { metadataPolicies, type Rendition, renditionColours, sharpenings } from '../../../shared/model/output.ts'
import { classNames } from '../ui/classNames.ts'
import { NumberField, SelectField, SwitchField } from '../ui/Field.tsx'
import styles from './Renditions.module.css'
import { colourWords, metadataWords, sharpeningWords } from './renditionWords.ts'
import { WatermarkFields } from './WatermarkFields.tsx'

const css = classNames(styles)

const KB = 1_000
/** What a limit starts with: large for a web page, small for a mail. */
const USUAL_LIMIT_BYTES = 500 * KB
const MOST_KB = 1_000_000

type RenditionMoreProps = { readonly rendition: Rendition; readonly onChange: (part: Partial<Rendition>) => void }

/** What few change: how it looks, how large its file may be, what it tells, and its mark. */
export function RenditionMore({ rendition, onChange }: RenditionMoreProps) {
  const { colour, sharpening, metadata, keepsPosition, enlarges, maxSizeBytes, watermark } = rendition
  return (
    <div className={css('moreFields')}>
      <div className={css('pair')}>
        <SelectField
          label="Colours"
          value={colour}
          options={renditionColours.map((value) => ({ value, label: colourWords[value] }))}
          onChange={(next) => onChange({ colour: next })}
        />
        <SelectField
          label="Sharpening"
          value={sharpening}
          options={sharpenings.map((value) => ({ value, label: sharpeningWords[value] }))}
          onChange={(next) => onChange({ sharpening: next })}
        />
      </div>
      <SwitchField isSelected={enlarges} onChange={(next) => onChange({ enlarges: next })}>
        Enlarge photos that are smaller
      </SwitchField>
      <div className={css('limit')}>
        <SwitchField
          isSelected={maxSizeBytes !== null}
          onChange={(isOn) => onChange({ maxSizeBytes: isOn ? USUAL_LIMIT_BYTES : null })}
        >
          Limit the file’s size, by a lower quality where it takes that
        </SwitchField>
        {maxSizeBytes !== null && (
          <div className={css('short')}>
            <NumberField
              label="At most, KB"
              value={Math.round(maxSizeBytes / KB)}
              min={1}
              max={MOST_KB}
              onChange={(kilobytes) => onChange({ maxSizeBytes: kilobytes * KB })}
            />
          </div>
        )}
      </div>
      <SelectField
        label="What it tells of the photo"
        value={metadata}
        options={metadataPolicies.map((value) => ({ value, label: metadataWords[value] }))}
        onChange={(next) => onChange({ metadata: next })}
      />
      <SwitchField isSelected={keepsPosition} onChange={(next) => onChange({ keepsPosition: next })}>
        Keep the place where it was taken
      </SwitchField>
      <WatermarkFields watermark={watermark} onChange={(next) => onChange({ watermark: next })} />
    </div>
  )
}
