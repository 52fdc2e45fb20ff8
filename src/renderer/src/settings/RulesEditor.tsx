import { type CollectionRules, cacheKinds, conflictRules } from '../../../shared/model/collection.ts'
import type { LinkKind } from '../../../shared/model/link.ts'
import { classNames } from '../ui/classNames.ts'
import { SelectField, SwitchField, TextField } from '../ui/Field.tsx'
import { Fold } from '../ui/Fold.tsx'
import { OutputsEditor } from './OutputsEditor.tsx'
import { QuietFields } from './QuietFields.tsx'
import styles from './Rules.module.css'
import { SelectionFields } from './SelectionFields.tsx'
import { SentFields } from './SentFields.tsx'
import { TemplatePreview } from './TemplatePreview.tsx'

const css = classNames(styles)

const DAY_SECONDS = 86_400

const conflictWords = {
  'keep-both': 'Keep both, the new one gets a number',
  replace: 'Replace what is there',
  skip: 'Leave what is there',
  ask: 'Stop and ask me'
} as const satisfies Record<CollectionRules['conflict'], string>

const cacheWords = { image: 'Pictures', video: 'Videos', pdf: 'PDF', other: 'Everything else' } as const

const linkChoices = [
  { value: 'public', label: 'Public, for ever', link: { kind: 'public' } },
  { value: 'day', label: 'Signed, 1 day', link: { kind: 'signed', seconds: DAY_SECONDS } },
  { value: 'week', label: 'Signed, 7 days', link: { kind: 'signed', seconds: 7 * DAY_SECONDS } },
  { value: 'private', label: 'Private, no links', link: { kind: 'private' } }
] as const satisfies ReadonlyArray<{ value: string; label: string; link: LinkKind }>

type RulesEditorProps = {
  readonly rules: CollectionRules
  /** Null: of collections to come. */
  readonly collectionId: string | null
  /** Files can be moved after they are sent: of a folder that is watched, or of collections to come. */
  readonly canMove: boolean
  readonly onChange: (rules: CollectionRules) => void
}

/** What is made of each frame, how it is named, how its links are made, and below that what goes and when. */
export function RulesEditor({ rules, collectionId, canMove, onChange }: RulesEditorProps) {
  const change = (part: Partial<CollectionRules>) => onChange({ ...rules, ...part })
  return (
    <div className={css('rules')}>
      <OutputsEditor outputs={rules.outputs} collectionId={collectionId} onChange={(outputs) => change({ outputs })} />
      <div className={css('group')}>
        <TextField
          label="Names in the bucket"
          value={rules.keyTemplate}
          help="{collection} {folder} {file} {name} {output} {ext} {date} {date:yyyy/MM} {yyyy} {mm} {dd} {camera} {rating} {seq:4} {sha256:8} {user} {uuid}"
          onChange={(keyTemplate) => change({ keyTemplate })}
        />
        <TemplatePreview rules={rules} collectionId={collectionId} />
        <TextField label="{user} stands for" value={rules.user} onChange={(user) => change({ user })} />
      </div>
      <div className={css('pair')}>
        <SelectField
          label="If the name is taken by something else"
          value={rules.conflict}
          options={conflictRules.map((value) => ({ value, label: conflictWords[value] }))}
          onChange={(conflict) => change({ conflict })}
        />
        <SelectField
          label="Links"
          value={linkChoiceOf(rules.link)}
          options={linkOptions(rules.link)}
          onChange={(value) =>
            change({ link: linkChoices.find((choice) => choice.value === value)?.link ?? rules.link })
          }
        />
      </div>
      <div>
        <SelectionFields
          rules={rules.selection}
          onChange={(selection) => onChange(selection === null ? without(rules, 'selection') : { ...rules, selection })}
        />
        <QuietFields
          rules={rules.quiet}
          onChange={(quiet) => onChange(quiet === null ? without(rules, 'quiet') : { ...rules, quiet })}
        />
        {canMove && (
          <SentFields
            folder={rules.sentFolder}
            onChange={(sentFolder) =>
              onChange(sentFolder === null ? without(rules, 'sentFolder') : { ...rules, sentFolder })
            }
          />
        )}
        <Fold
          title="Shots"
          summary={rules.joinsNumbered ? 'Numbered copies belong to their picture' : 'By their names'}
        >
          <p className={css('help')}>
            RAW, JPEG, sidecars and edits of one name are one shot: a row that opens, with one state and one list of
            links.
          </p>
          <SwitchField
            isSelected={rules.joinsNumbered === true}
            onChange={(isOn) => onChange(isOn ? { ...rules, joinsNumbered: true } : without(rules, 'joinsNumbered'))}
          >
            Numbered copies belong to their picture: IMG_1-2.jpg, IMG_1_1.tif
          </SwitchField>
        </Fold>
        <Fold title="Cache-Control" summary={cacheSummary(rules)}>
          <p className={css('help')}>How long browsers and Cloudflare may keep a copy. Empty takes the usual.</p>
          <div className={css('pair')}>
            {cacheKinds.map((kind) => (
              <TextField
                key={kind}
                label={cacheWords[kind]}
                value={rules.cacheControl[kind] ?? ''}
                placeholder="as usual"
                onChange={(text) => {
                  const { [kind]: _, ...others } = rules.cacheControl
                  change({ cacheControl: text === '' ? others : { ...others, [kind]: text } })
                }}
              />
            ))}
          </div>
        </Fold>
      </div>
    </div>
  )
}

/** The rules without one that may be absent. */
function without<K extends 'selection' | 'quiet' | 'sentFolder' | 'joinsNumbered'>(
  rules: CollectionRules,
  name: K
): Omit<CollectionRules, K> {
  const { [name]: _, ...others } = rules
  return others
}

function cacheSummary({ cacheControl }: CollectionRules): string {
  const own = cacheKinds.filter((kind) => cacheControl[kind] !== undefined)
  return own.length === 0 ? 'As usual' : own.map((kind) => cacheWords[kind]).join(', ')
}

function linkChoiceOf(link: LinkKind): string {
  const same = linkChoices.find(({ link: one }) =>
    one.kind === 'signed' && link.kind === 'signed' ? one.seconds === link.seconds : one.kind === link.kind
  )
  return same?.value ?? 'other'
}

/** The usual choices, and the present one where it is another length. */
function linkOptions(link: LinkKind): ReadonlyArray<{ value: string; label: string }> {
  const other =
    link.kind === 'signed' && linkChoiceOf(link) === 'other'
      ? [{ value: 'other', label: `Signed, ${Math.round(link.seconds / 3600)} hours` }]
      : []
  return [...linkChoices.map(({ value, label }) => ({ value, label })), ...other]
}
