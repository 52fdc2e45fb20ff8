import { useState } from 'react'
import { toProblem } from '../../../shared/errors.ts'
import type { CollectionView } from '../../../shared/model/collection.ts'
import { ask } from '../ask.ts'
import { useServices } from '../services.ts'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { TextField } from '../ui/Field.tsx'
import { useStore } from '../ui/useStore.ts'
import { RulesEditor } from './RulesEditor.tsx'
import { rulesProblem } from './rulesProblem.ts'
import styles from './Settings.module.css'

const css = classNames(styles)

/** Name and rules of one collection. */
export function CollectionDialog({ collectionId }: { readonly collectionId: string }) {
  const { app } = useServices()
  const collection = useStore(app, (state) => state.collections.find(({ id }) => id === collectionId) ?? null)
  return collection && <CollectionForm key={collection.id} collection={collection} />
}

function CollectionForm({ collection }: { readonly collection: CollectionView }) {
  const { api, workspace, toasts } = useServices()
  const [name, setName] = useState(collection.name)
  const [rules, setRules] = useState(collection.rules)
  const wrong = name.trim() === '' ? 'Give the collection a name.' : rulesProblem(rules)
  const close = () => workspace.openDialog(null)

  async function save(): Promise<void> {
    try {
      await ask(api, 'collections:change', { collectionId: collection.id, name: name.trim(), rules })
      close()
    } catch (error) {
      toasts.showProblem(toProblem(error), collection.name)
    }
  }

  return (
    <Dialog
      isWide
      title={collection.name}
      onClose={close}
      foot={
        <>
          <span className={css('barText', wrong !== null && 'warn')}>
            {wrong ?? 'Reaches photos that are added from now on, and those that were left out.'}
          </span>
          <Button onPress={close}>Cancel</Button>
          <Button kind="primary" isDisabled={wrong !== null} onPress={() => void save()}>
            Save
          </Button>
        </>
      }
    >
      <TextField label="Name" value={name} onChange={setName} />
      <RulesEditor
        rules={rules}
        collectionId={collection.id}
        canMove={collection.kind === 'watch'}
        onChange={setRules}
      />
    </Dialog>
  )
}
