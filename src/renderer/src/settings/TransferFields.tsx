import { useState } from 'react'
import { toProblem } from '../../../shared/errors.ts'
import {
  defaultTransferSettings,
  type TransferOrder,
  type TransferSettings,
  transferOrders
} from '../../../shared/model/transfer.ts'
import { MiB } from '../../../shared/units.ts'
import { ask } from '../ask.ts'
import { useServices } from '../services.ts'
import { classNames } from '../ui/classNames.ts'
import { Segmented, SelectField, SwitchField, TextField } from '../ui/Field.tsx'
import { DraftBar } from './DraftBar.tsx'
import { RateField } from './RateField.tsx'
import styles from './Settings.module.css'
import { TimetableEditor } from './TimetableEditor.tsx'
import { readTransferDraft, type TransferDraft, toTransferDraft } from './transferDraft.ts'

const css = classNames(styles)

const orderWords: Readonly<Record<TransferOrder, string>> = {
  'as-dropped': 'As dropped',
  newest: 'Newest first',
  smallest: 'Smallest first',
  'by-name': 'By name'
}

/** How the whole queue is sent. Kept as a draft until it is saved: a half-typed limit is nobody's wish. */
export function TransferFields({ saved }: { readonly saved: TransferSettings }) {
  const { api, toasts } = useServices()
  const [changed, setChanged] = useState<TransferDraft | null>(null)
  const draft = changed ?? toTransferDraft(saved)
  const change = (part: Partial<TransferDraft>) => setChanged({ ...draft, ...part })
  const { settings, errors } = readTransferDraft(draft)

  async function save(transfer: TransferSettings): Promise<void> {
    try {
      await ask(api, 'settings:change', { transfer })
      setChanged(null)
      toasts.show('Saved. It holds from now on', { tone: 'good' })
    } catch (error) {
      toasts.showProblem(toProblem(error))
    }
  }

  return (
    <section className={css('section')} aria-label="Transfer settings">
      <h2 className={css('heading')}>Transfer</h2>
      <div className={css('fields')}>
        <SelectField
          label="What goes next"
          value={draft.order}
          options={transferOrders.map((value) => ({
            value,
            label: value === defaultTransferSettings.order ? `${orderWords[value]} (default)` : orderWords[value]
          }))}
          onChange={(order) => change({ order })}
        />
      </div>
      <SwitchField isSelected={draft.renditionsFirst} onChange={(renditionsFirst) => change({ renditionsFirst })}>
        Web copies before originals, so that links come early
      </SwitchField>
      <div className={css('limit')}>
        <Segmented
          label="Speed"
          value={draft.hasLimit ? 'limit' : 'no-limit'}
          options={[
            { value: 'no-limit', label: 'As fast as the line goes (default)' },
            { value: 'limit', label: 'Limited' }
          ]}
          onChange={(value) => change({ hasLimit: value === 'limit' })}
        />
        {draft.hasLimit && (
          <RateField label="At most" rate={draft.rate} error={errors.rate} onChange={(rate) => change({ rate })} />
        )}
      </div>
      <TimetableEditor
        timetable={draft.timetable}
        errors={errors.timetable}
        hasLimit={draft.hasLimit}
        onChange={(timetable) => change({ timetable })}
      />
      <div className={css('limit')}>
        <Segmented
          label="Size of the parts of large files"
          value={draft.hasPartSize ? 'fixed' : 'automatic'}
          options={[
            { value: 'automatic', label: 'Automatic (default)' },
            { value: 'fixed', label: 'Always the same' }
          ]}
          onChange={(value) => change({ hasPartSize: value === 'fixed' })}
        />
        {draft.hasPartSize && (
          <div className={css('number')}>
            <TextField
              label="Part size, MiB"
              value={draft.partMiB}
              error={errors.partMiB}
              help="Uploads under way keep theirs."
              onChange={(partMiB) => change({ partMiB })}
            />
          </div>
        )}
      </div>
      <div className={css('number')}>
        <TextField
          label="Memory for files, MiB"
          value={draft.bufferMiB}
          error={errors.bufferMiB}
          help={`How much of the files is in memory at once. Default: ${defaultTransferSettings.bufferBytes / MiB}.`}
          onChange={(bufferMiB) => change({ bufferMiB })}
        />
      </div>
      {changed !== null && (
        <DraftBar
          label="the transfer"
          wrong={settings === null ? 'Something above cannot be used yet.' : null}
          onTakeBack={() => setChanged(null)}
          onSave={() => settings && void save(settings)}
        />
      )}
    </section>
  )
}
