import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { toProblem } from '../../../shared/errors.ts'
import type { Settings } from '../../../shared/model/settings.ts'
import { ask } from '../ask.ts'
import { useServices } from '../services.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { TextField } from '../ui/Field.tsx'
import { DraftBar } from './DraftBar.tsx'
import styles from './PrivacyFields.module.css'
import { type PrivacyDraft, readPrivacyDraft, toPrivacyDraft, withNewZone, type ZoneDraft } from './privacyDraft.ts'

const css = classNames(styles)

type PrivacySettings = Pick<Settings, 'privacyZones' | 'previewCacheBytes'>

/** Places whose photos are marked, and how much of the photos is kept on this computer. A draft until it is saved. */
export function PrivacyFields({ saved }: { readonly saved: PrivacySettings }) {
  const { api, toasts } = useServices()
  const [changed, setChanged] = useState<PrivacyDraft | null>(null)
  const draft = changed ?? toPrivacyDraft(saved)
  const { settings, errors } = readPrivacyDraft(draft)

  function changeZone(id: number, part: Partial<ZoneDraft>): void {
    setChanged({ ...draft, zones: draft.zones.map((zone) => (zone.id === id ? { ...zone, ...part } : zone)) })
  }

  async function save({ privacyZones, previewCacheBytes }: PrivacySettings): Promise<void> {
    try {
      await ask(api, 'settings:change', { privacyZones, previewCacheBytes })
      setChanged(null)
      toasts.show('Saved. It holds from now on', { tone: 'good' })
    } catch (error) {
      toasts.showProblem(toProblem(error))
    }
  }

  return (
    <section className={css('section')} aria-label="Privacy settings">
      <h2 className={css('heading')}>Privacy</h2>
      <p className={css('help')}>
        Photos taken within a zone are marked before they go. Paste the place as a map shows it.
      </p>
      {draft.zones.map(({ id, name, place, radius }, index) => (
        <fieldset key={id} aria-label={`Zone ${name === '' ? index + 1 : name}`} className={css('zone')}>
          <TextField label="Name" value={name} placeholder="home" onChange={(text) => changeZone(id, { name: text })} />
          <TextField
            label="Latitude, longitude"
            value={place}
            placeholder="57.7, 11.97"
            error={errors.zones[index]?.place ?? null}
            onChange={(text) => changeZone(id, { place: text })}
          />
          <TextField
            label="Radius, metres"
            value={radius}
            error={errors.zones[index]?.radius ?? null}
            onChange={(text) => changeZone(id, { radius: text })}
          />
          <div className={css('remove')}>
            <IconButton
              label={`Remove ${name === '' ? `zone ${index + 1}` : name}`}
              icon={Trash2}
              onPress={() => setChanged({ ...draft, zones: draft.zones.filter((zone) => zone.id !== id) })}
            />
          </div>
        </fieldset>
      ))}
      <div>
        <Button icon={Plus} onPress={() => setChanged(withNewZone(draft))}>
          Add a zone
        </Button>
      </div>
      <div className={css('number')}>
        <TextField
          label="Small pictures on this computer, MB"
          value={draft.cacheMB}
          error={errors.cacheMB}
          help="At most. Those not looked at for longest go first, and are made again when they are looked at."
          onChange={(cacheMB) => setChanged({ ...draft, cacheMB })}
        />
      </div>
      {changed !== null && (
        <DraftBar
          label="privacy"
          wrong={settings === null ? 'Something above cannot be used yet.' : null}
          onTakeBack={() => setChanged(null)}
          onSave={() => settings && void save(settings)}
        />
      )}
    </section>
  )
}
