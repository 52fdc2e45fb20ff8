import { useState } from 'react'
import { Label, Radio, RadioGroup } from 'react-aria-components'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { Dialog } from '../ui/Dialog.tsx'
import styles from './VaultDialog.module.css'

const css = classNames(styles)

type Keep = 'memory' | 'plain'

type VaultDialogProps = { readonly onClose: () => void; readonly onKeep: (keep: Keep) => void }

/** Says that the system offers no vault, and asks before anything is written. */
export function VaultDialog({ onClose, onKeep }: VaultDialogProps) {
  const [keep, setKeep] = useState<Keep>('memory')
  return (
    <Dialog
      title="This computer has no vault for the secret"
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="primary" onPress={() => onKeep(keep)}>
            Save
          </Button>
        </>
      }
    >
      <p>
        Silverdrop found no keyring that would lock the secret access key away. Nothing has been written yet. How should
        it be kept?
      </p>
      <RadioGroup
        aria-label="How the secret is kept"
        value={keep}
        onChange={(value) => setKeep(value === 'plain' ? 'plain' : 'memory')}
        className={css('choices')}
      >
        <Radio value="memory" className={css('choice')}>
          <Label className={css('label')}>Only until Silverdrop ends</Label>
          <span className={css('text')}>You enter it again at the next start.</span>
        </Radio>
        <Radio value="plain" className={css('choice')}>
          <Label className={css('label')}>In a file on this computer</Label>
          <span className={css('text')}>Obfuscated, not encrypted: whoever can read your files can read it.</span>
        </Radio>
      </RadioGroup>
    </Dialog>
  )
}
