import { Label, Radio, RadioGroup } from 'react-aria-components'
import { type WatermarkPosition, watermarkPositions } from '../../../shared/model/output.ts'
import { classNames } from '../ui/classNames.ts'
import styles from './Renditions.module.css'
import { positionWords } from './renditionWords.ts'

const css = classNames(styles)

type PositionGridProps = {
  readonly value: WatermarkPosition
  readonly onChange: (position: WatermarkPosition) => void
}

/** One of nine places on a picture, as a small picture of them. */
export function PositionGrid({ value, onChange }: PositionGridProps) {
  return (
    <RadioGroup
      value={value}
      onChange={(next) => {
        const position = watermarkPositions.find((candidate) => candidate === next)
        if (position) onChange(position)
      }}
      className={css('position')}
    >
      <Label className={css('heading')}>Place</Label>
      <div className={css('grid')}>
        {watermarkPositions.map((position) => (
          <Radio key={position} value={position} aria-label={positionWords[position]} className={css('spot')} />
        ))}
      </div>
    </RadioGroup>
  )
}
