import { sentFolderSchema } from '../../../shared/model/selection.ts'
import { classNames } from '../ui/classNames.ts'
import { SwitchField, TextField } from '../ui/Field.tsx'
import { Fold } from '../ui/Fold.tsx'
import styles from './Rules.module.css'

const css = classNames(styles)

const USUAL_FOLDER = 'Sent'

type SentFieldsProps = {
  /** Absent: files stay where they are. */
  readonly folder: string | undefined
  /** Null where files stay. */
  readonly onChange: (folder: string | null) => void
}

/** What becomes of a file on disk once all of it is proved to be in the bucket. */
export function SentFields({ folder, onChange }: SentFieldsProps) {
  const isWrong = folder !== undefined && !sentFolderSchema.safeParse(folder).success
  return (
    <Fold title="After it is sent" summary={folder === undefined ? 'Files stay where they are' : `Move to ${folder}`}>
      <SwitchField isSelected={folder !== undefined} onChange={(isOn) => onChange(isOn ? USUAL_FOLDER : null)}>
        Move sent files to a folder of their own
      </SwitchField>
      <p className={css('help')}>
        Of watched folders only. A file is moved once everything made of it is proved to be in the bucket, into this
        folder within the watched one; folders inside stay as they are. Silverdrop never deletes a file, and nothing in
        the bucket changes.
      </p>
      {folder !== undefined && (
        <TextField
          label="Folder for sent files"
          value={folder}
          error={isWrong ? 'One plain name without / \\ : * ? " < > |, and no dot at its ends' : null}
          placeholder={USUAL_FOLDER}
          onChange={onChange}
        />
      )}
    </Fold>
  )
}
