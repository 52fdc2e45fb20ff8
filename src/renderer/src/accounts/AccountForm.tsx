import { useState } from 'react'
import { toProblem } from '../../../shared/errors.ts'
import type { CallInput } from '../../../shared/ipc/contract.ts'
import { jurisdictions, type TestReport } from '../../../shared/model/account.ts'
import { ask } from '../ask.ts'
import { useServices } from '../services.ts'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { SelectField, TextField } from '../ui/Field.tsx'
import { useStore } from '../ui/useStore.ts'
import styles from './Accounts.module.css'
import { type AccountDraft, accountOf, type DraftErrors, draftErrors, withAddress } from './accountDraft.ts'
import { DashboardPicture, type DashboardPlace } from './DashboardPicture.tsx'
import { TestReportView } from './TestReportView.tsx'
import { VaultDialog } from './VaultDialog.tsx'

const css = classNames(styles)

type Keep = CallInput<'accounts:save'>['keep']

const jurisdictionWords: Readonly<Record<string, string>> = {
  default: 'None (usual)',
  eu: 'European Union',
  us: 'United States',
  fedramp: 'FedRAMP'
}

type AccountFormProps = {
  readonly initial: AccountDraft
  /** It is stored already, with its secret. */
  readonly hasSecret: boolean
  readonly onDone: () => void
}

/** One account: typed, tested, saved. The secret is nowhere but in this form's state and goes when it closes. */
export function AccountForm({ initial, hasSecret, onDone }: AccountFormProps) {
  const { api, app, toasts } = useServices()
  const vault = useStore(app, (state) => state.info?.vault ?? 'none')
  const [draft, setDraft] = useState(initial)
  const [errors, setErrors] = useState<DraftErrors>({})
  const [place, setPlace] = useState<DashboardPlace>('address')
  const [report, setReport] = useState<TestReport | null>(null)
  const [isTesting, setTesting] = useState(false)
  const [isAskingVault, setAskingVault] = useState(false)

  const secret = draft.secret === '' ? null : { secretAccessKey: draft.secret }

  function change(next: Partial<AccountDraft>): void {
    setDraft({ ...draft, ...next })
    setErrors({})
    setReport(null)
  }

  /** The account if the form is complete; otherwise shows what is missing. */
  function checked() {
    const found = draftErrors(draft, hasSecret)
    setErrors(found)
    return Object.keys(found).length > 0 ? null : accountOf(draft)
  }

  async function test(): Promise<void> {
    const account = checked()
    if (account === null) return
    setTesting(true)
    try {
      setReport(await ask(api, 'accounts:test', { account, secret }))
    } catch (error) {
      toasts.showProblem(toProblem(error), account.name)
    }
    setTesting(false)
  }

  async function save(keep: Keep): Promise<void> {
    const account = checked()
    if (account === null) return
    try {
      await ask(api, 'accounts:save', { account, secret, keep })
      toasts.show(`${account.name} is saved`, { tone: 'good' })
      onDone()
    } catch (error) {
      toasts.showProblem(toProblem(error), account.name)
    }
  }

  /** Where there is no system vault, nothing is written before the person has said where. */
  function startSaving(): void {
    if (checked() === null) return
    if (secret !== null && vault !== 'system') setAskingVault(true)
    else void save('vault')
  }

  return (
    <div className={css(draft.kind === 'r2' && 'form')}>
      <div className={css('fields')}>
        <TextField
          label="Name"
          value={draft.name}
          error={errors.name ?? null}
          placeholder="Studio"
          onChange={(name) => change({ name })}
        />
        {draft.kind === 'r2' ? (
          <R2Fields draft={draft} errors={errors} hasSecret={hasSecret} onChange={change} onPlace={setPlace} />
        ) : (
          <FolderField draft={draft} errors={errors} onChange={change} />
        )}
        <TextField
          label="Public address"
          value={draft.publicBaseUrl}
          error={errors.publicBaseUrl ?? null}
          help="Optional. Where the bucket can be opened by anyone; without it links are signed and end after 7 days at most."
          placeholder="https://photos.example.com"
          onFocus={() => setPlace('public')}
          onChange={(publicBaseUrl) => change({ publicBaseUrl })}
        />
        <TextField
          label="Put everything under"
          value={draft.prefix}
          help="Optional. A folder within the bucket."
          placeholder="2026/"
          onChange={(prefix) => change({ prefix })}
        />
        <div className={css('buttons')}>
          <Button kind="primary" onPress={startSaving}>
            Save
          </Button>
          <Button isDisabled={isTesting} onPress={() => void test()}>
            {isTesting ? 'Testing' : 'Test'}
          </Button>
          <Button kind="quiet" onPress={onDone}>
            Cancel
          </Button>
        </div>
        {report && <TestReportView report={report} bucket={draft.bucket} onBucket={(bucket) => change({ bucket })} />}
      </div>
      {draft.kind === 'r2' && <DashboardPicture place={place} className={css('picture')} />}
      {isAskingVault && (
        <VaultDialog
          onClose={() => setAskingVault(false)}
          onKeep={(keep) => {
            setAskingVault(false)
            void save(keep)
          }}
        />
      )}
    </div>
  )
}

type FieldsProps = {
  readonly draft: AccountDraft
  readonly errors: DraftErrors
  readonly onChange: (change: Partial<AccountDraft>) => void
}

type R2FieldsProps = FieldsProps & { readonly hasSecret: boolean; readonly onPlace: (place: DashboardPlace) => void }

function R2Fields({ draft, errors, hasSecret, onChange, onPlace }: R2FieldsProps) {
  return (
    <>
      <div className={css('pair')}>
        <TextField
          label="Account ID or S3 address"
          value={draft.address}
          error={errors.address ?? null}
          help="An address with the bucket in it fills the bucket as well."
          onFocus={() => onPlace('address')}
          onChange={(address) => onChange(withAddress(draft, address))}
        />
        <SelectField
          label="Jurisdiction"
          value={draft.jurisdiction}
          options={jurisdictions.map((value) => ({ value, label: jurisdictionWords[value] ?? value }))}
          onChange={(jurisdiction) => onChange({ jurisdiction })}
        />
      </div>
      <TextField
        label="Bucket"
        value={draft.bucket}
        error={errors.bucket ?? null}
        placeholder="photos"
        onFocus={() => onPlace('bucket')}
        onChange={(bucket) => onChange({ bucket })}
      />
      <TextField
        label="Access key ID"
        value={draft.accessKeyId}
        error={errors.accessKeyId ?? null}
        onFocus={() => onPlace('keys')}
        onChange={(accessKeyId) => onChange({ accessKeyId })}
      />
      <TextField
        label="Secret access key"
        type="password"
        value={draft.secret}
        error={errors.secret ?? null}
        help={hasSecret ? 'Leave empty to keep the one that is stored.' : null}
        onFocus={() => onPlace('keys')}
        onChange={(secret) => onChange({ secret })}
      />
    </>
  )
}

function FolderField({ draft, errors, onChange }: FieldsProps) {
  const { api, toasts } = useServices()

  async function choose(): Promise<void> {
    try {
      const [path] = await ask(api, 'dialog:choose-folder', { title: 'A folder that stands in for a bucket' })
      if (path !== undefined) onChange({ path })
    } catch (error) {
      toasts.showProblem(toProblem(error))
    }
  }

  return (
    <div className={css('pathRow')}>
      <TextField
        label="Folder"
        value={draft.path}
        error={errors.path ?? null}
        onChange={(path) => onChange({ path })}
      />
      <Button onPress={() => void choose()}>Choose…</Button>
    </div>
  )
}
