import { useState } from 'react'
import { toProblem } from '../../../shared/errors.ts'
import type { Settings } from '../../../shared/model/settings.ts'
import { appearances, densities } from '../../../shared/model/settings.ts'
import { ask } from '../ask.ts'
import { useServices } from '../services.ts'
import { changeSettings } from '../shell/commands.ts'
import { classNames } from '../ui/classNames.ts'
import { Segmented } from '../ui/Field.tsx'
import { useStore } from '../ui/useStore.ts'
import { DraftBar } from './DraftBar.tsx'
import { PrivacyFields } from './PrivacyFields.tsx'
import { RulesEditor } from './RulesEditor.tsx'
import { rulesProblem } from './rulesProblem.ts'
import styles from './Settings.module.css'
import { TransferFields } from './TransferFields.tsx'

const css = classNames(styles)

const appearanceWords = { system: 'As the system', light: 'Light', dark: 'Dark' } as const
const densityWords = { comfortable: 'Comfortable', compact: 'Compact' } as const

export function SettingsScreen() {
  const services = useServices()
  const settings = useStore(services.app, (state) => state.settings)
  const version = useStore(services.app, (state) => state.info?.version ?? '')
  if (settings === null) return null
  return (
    <section className={css('page')} aria-label="Settings">
      <div className={css('column')}>
        <h1 className={css('title')}>Settings</h1>
        <div className={css('row')}>
          <Segmented
            label="Appearance"
            value={settings.appearance}
            options={appearances.map((value) => ({ value, label: appearanceWords[value] }))}
            onChange={(appearance) => changeSettings(services, { appearance })}
          />
          <Segmented
            label="Rows"
            value={settings.density}
            options={densities.map((value) => ({ value, label: densityWords[value] }))}
            onChange={(density) => changeSettings(services, { density })}
          />
        </div>
        <TransferFields saved={settings.transfer} />
        <PrivacyFields saved={settings} />
        <NewCollectionRules settings={settings} />
        <p className={css('version')}>Silverdrop {version}</p>
      </div>
    </section>
  )
}

/** Kept as a draft until it is saved: a half-typed template is nobody's wish. */
function NewCollectionRules({ settings }: { readonly settings: Settings }) {
  const { api, toasts } = useServices()
  const [draft, setDraft] = useState<Settings['newCollection'] | null>(null)
  // Fields keep what is typed; those of a draft that was taken back go with it.
  const [drafts, setDrafts] = useState(0)
  const rules = draft ?? settings.newCollection
  const wrong = rulesProblem(rules)

  async function save(): Promise<void> {
    try {
      await ask(api, 'settings:change', { newCollection: rules })
      setDraft(null)
      toasts.show('Saved. New collections start with this', { tone: 'good' })
    } catch (error) {
      toasts.showProblem(toProblem(error))
    }
  }

  function takeBack(): void {
    setDraft(null)
    setDrafts(drafts + 1)
  }

  return (
    <div className={css('section')}>
      <h2 className={css('heading')}>New collections</h2>
      <p className={css('help')}>What a new drop or watched folder starts with. Each can be changed by itself later.</p>
      <RulesEditor key={drafts} rules={rules} collectionId={null} canMove onChange={setDraft} />
      {draft !== null && (
        <DraftBar label="new collections" wrong={wrong} onTakeBack={takeBack} onSave={() => void save()} />
      )}
    </div>
  )
}
