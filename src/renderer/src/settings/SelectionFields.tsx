import { frameKinds } from '../../../shared/model/frame.ts'
import type { SelectionRules } from '../../../shared/model/selection.ts'
import { kindWords } from '../../../shared/words/kindWords.ts'
import { Checkboxes } from '../ui/Checkboxes.tsx'
import { classNames } from '../ui/classNames.ts'
import { SelectField } from '../ui/Field.tsx'
import { Fold } from '../ui/Fold.tsx'
import { ParsedField } from './ParsedField.tsx'
import styles from './Rules.module.css'
import {
  everyFrame,
  formatMB,
  readLines,
  readList,
  readMB,
  selectionErrors,
  selectionSummary,
  takesEverything
} from './selection.ts'

const css = classNames(styles)

const ratingChoices = [
  { value: 'any', label: 'Any, rejected ones too', rating: null },
  { value: '1', label: '1 star or more', rating: 1 },
  { value: '2', label: '2 stars or more', rating: 2 },
  { value: '3', label: '3 stars or more', rating: 3 },
  { value: '4', label: '4 stars or more', rating: 4 },
  { value: '5', label: '5 stars', rating: 5 }
] as const

const joinLines = (lines: ReadonlyArray<string>) => lines.join('\n')
const joinList = (words: ReadonlyArray<string>) => words.join(', ')

type SelectionFieldsProps = {
  /** Absent: every frame goes. */
  readonly rules: SelectionRules | undefined
  /** Null where every frame goes. */
  readonly onChange: (rules: SelectionRules | null) => void
}

/** Which files go. */
export function SelectionFields({ rules: given, onChange }: SelectionFieldsProps) {
  const rules = given ?? everyFrame
  const errors = selectionErrors(rules)
  function change(part: Partial<SelectionRules>): void {
    const next = { ...rules, ...part }
    onChange(takesEverything(next) ? null : next)
  }
  return (
    <Fold title="What goes" summary={selectionSummary(rules)}>
      <p className={css('help')}>
        What is left out has a row that says why. Hidden and temporary files, caches and previews are never sent.
      </p>
      <Checkboxes
        label="Kinds"
        values={rules.kinds}
        options={frameKinds.map((value) => ({ value, label: kindWords[value] }))}
        error={errors.kinds}
        onChange={(kinds) => change({ kinds })}
      />
      <div className={css('pair')}>
        <SelectField
          label="Rated at least"
          value={ratingChoices.find(({ rating }) => rating === rules.leastRating)?.value ?? 'any'}
          options={ratingChoices}
          onChange={(value) =>
            change({ leastRating: ratingChoices.find((choice) => choice.value === value)?.rating ?? null })
          }
        />
        <ParsedField
          label="With one of these colour labels"
          value={rules.labels}
          format={joinList}
          parse={readList}
          error={errors.labels}
          placeholder="Green, Blue"
          onChange={(labels) => change({ labels })}
        />
        <ParsedField
          label="With one of these keywords"
          value={rules.keywords}
          format={joinList}
          parse={readList}
          error={errors.keywords}
          placeholder="portfolio, client"
          onChange={(keywords) => change({ keywords })}
        />
      </div>
      <p className={css('help')}>
        Stars, labels and keywords are read from the XMP sidecar or from the file itself: rate it in Lightroom, and it
        goes.
      </p>
      <div className={css('pair')}>
        <ParsedField
          label="Only these files and folders"
          value={rules.include}
          format={joinLines}
          parse={readLines}
          error={errors.include}
          lines={3}
          placeholder={'*.nef\nSelects/'}
          help="One a line; empty: all. * stands for any letters, a / at the end means a folder."
          onChange={(include) => change({ include })}
        />
        <ParsedField
          label="Never these"
          value={rules.exclude}
          format={joinLines}
          parse={readLines}
          error={errors.exclude}
          lines={3}
          placeholder={'*-draft.*\nTest shots/'}
          help="One a line. This goes before the other."
          onChange={(exclude) => change({ exclude })}
        />
      </div>
      <div className={css('pair')}>
        <ParsedField
          label="Not smaller than, MB"
          value={rules.leastBytes}
          format={formatMB}
          parse={readMB}
          error={errors.leastBytes}
          placeholder="no limit"
          onChange={(leastBytes) => change({ leastBytes })}
        />
        <ParsedField
          label="Not larger than, MB"
          value={rules.mostBytes}
          format={formatMB}
          parse={readMB}
          error={errors.mostBytes}
          placeholder="no limit"
          onChange={(mostBytes) => change({ mostBytes })}
        />
      </div>
    </Fold>
  )
}
