import { Cloud, Ellipsis, FolderClosed, HardDrive, MonitorDown, Pencil, Star, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { MenuTrigger } from 'react-aria-components'
import { toProblem } from '../../../shared/errors.ts'
import type { AccountView } from '../../../shared/model/account.ts'
import { ask } from '../ask.ts'
import { useServices } from '../services.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { DropMenu } from '../ui/Menu.tsx'
import { useStore } from '../ui/useStore.ts'
import { AccountForm } from './AccountForm.tsx'
import styles from './Accounts.module.css'
import { type AccountDraft, draftOf, emptyDraft } from './accountDraft.ts'
import { accountKindWords, accountPlace, secretWords } from './accountWords.ts'

const css = classNames(styles)

/** The draft in the form and whether its secret is stored. */
type Editing = { readonly draft: AccountDraft; readonly hasSecret: boolean }

export function AccountsScreen() {
  const { app, workspace, intake } = useServices()
  const accounts = useStore(app, (state) => state.accounts)
  const hasLocal = useStore(app, (state) => state.accounts.some(({ account }) => account.kind === 'local'))
  // Without an account, who comes here wants to connect one.
  const [editing, setEditing] = useState<Editing | null>(() => (accounts.length === 0 ? newAccount('r2') : null))
  const [removing, setRemoving] = useState<AccountView | null>(null)

  function done(): void {
    setEditing(null)
    if (app.state.accounts.length === 0) workspace.go({ kind: 'queue', collectionId: null, filter: 'all' })
  }

  return (
    <section className={css('page')} aria-label="Accounts">
      <div className={css('column')}>
        <div className={css('head')}>
          <h1 className={css('title')}>{editing ? titleOf(editing, accounts) : 'Accounts'}</h1>
          {!editing && (
            <div className={css('buttons')}>
              {!hasLocal && (
                <Button icon={MonitorDown} onPress={() => void intake.tryHere()}>
                  Try it here
                </Button>
              )}
              <Button icon={FolderClosed} onPress={() => setEditing(newAccount('folder'))}>
                Use a folder
              </Button>
              <Button icon={Cloud} kind="primary" onPress={() => setEditing(newAccount('r2'))}>
                Connect R2
              </Button>
            </div>
          )}
        </div>
        {editing ? (
          <AccountForm key={editing.draft.id} initial={editing.draft} hasSecret={editing.hasSecret} onDone={done} />
        ) : (
          accounts.map((view) => (
            <AccountCard
              key={view.account.id}
              view={view}
              onEdit={(draft) => setEditing({ draft, hasSecret: view.secret !== 'missing' })}
              onRemove={() => setRemoving(view)}
            />
          ))
        )}
      </div>
      {removing && <RemoveDialog view={removing} onClose={() => setRemoving(null)} />}
    </section>
  )
}

type AccountCardProps = {
  readonly view: AccountView
  readonly onEdit: (draft: AccountDraft) => void
  readonly onRemove: () => void
}

function AccountCard({ view, onEdit, onRemove }: AccountCardProps) {
  const { api, toasts } = useServices()
  const { account, isDefault, secret } = view
  const Icon = account.kind === 'r2' ? Cloud : account.kind === 'local' ? MonitorDown : HardDrive
  const draft = draftOf(account)

  async function makeDefault(): Promise<void> {
    try {
      await ask(api, 'accounts:make-default', { accountId: account.id })
    } catch (error) {
      toasts.showProblem(toProblem(error), account.name)
    }
  }

  return (
    <article className={css('card')} aria-label={account.name}>
      <Icon size={20} aria-hidden className={css('icon')} />
      <div>
        <h2 className={css('name')}>
          {account.name}
          {isDefault && <span className={css('badge')}>new drops go here</span>}
        </h2>
        <p className={css('small')}>
          {accountKindWords[account.kind]} · {accountPlace(account)}
          {account.prefix !== '' && `/${account.prefix}`}
        </p>
        <p className={css('small', secret === 'missing' && 'warn')}>{secretWords[secret]}</p>
      </div>
      <div className={css('buttons')}>
        {draft && <Button onPress={() => onEdit(draft)}>Edit</Button>}
        <MenuTrigger>
          <IconButton label={`Actions for ${account.name}`} icon={Ellipsis} />
          <DropMenu
            label={`Actions for ${account.name}`}
            entries={[
              { label: 'Send new drops here', icon: Star, isDisabled: isDefault, run: () => void makeDefault() },
              ...(draft ? [{ label: 'Edit', icon: Pencil, run: () => onEdit(draft) }] : []),
              { label: 'Remove…', icon: Trash2, isDanger: true, startsGroup: true, run: onRemove }
            ]}
          />
        </MenuTrigger>
      </div>
    </article>
  )
}

/** The secret cannot be brought back, so this one asks. */
function RemoveDialog({ view, onClose }: { readonly view: AccountView; readonly onClose: () => void }) {
  const { api, toasts } = useServices()
  const { account } = view

  async function remove(): Promise<void> {
    onClose()
    try {
      await ask(api, 'accounts:remove', { accountId: account.id })
      toasts.show(`${account.name} is removed. The bucket is as it was`)
    } catch (error) {
      toasts.showProblem(toProblem(error), account.name)
    }
  }

  return (
    <Dialog
      role="alertdialog"
      title={`Remove ${account.name}?`}
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>Keep</Button>
          <Button kind="danger" onPress={() => void remove()}>
            Remove
          </Button>
        </>
      }
    >
      <p>
        {account.kind === 'r2'
          ? 'This computer forgets its keys; to use it again they must be entered again.'
          : 'Silverdrop no longer sends there.'}{' '}
        Everything in {accountPlace(account)} stays, and its links go on opening.
      </p>
    </Dialog>
  )
}

function newAccount(kind: AccountDraft['kind']): Editing {
  return { draft: emptyDraft(kind, crypto.randomUUID()), hasSecret: false }
}

function titleOf({ draft }: Editing, accounts: ReadonlyArray<AccountView>): string {
  const stored = accounts.find(({ account }) => account.id === draft.id)
  if (stored) return stored.account.name
  return draft.kind === 'r2' ? 'Connect R2' : 'Use a folder'
}
