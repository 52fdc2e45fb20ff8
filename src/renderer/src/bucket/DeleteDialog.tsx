import type { BucketMeasure } from '../../../shared/model/bucket.ts'
import { formatBytes } from '../../../shared/units.ts'
import { countOf } from '../../../shared/words/stateWords.ts'
import { useServices } from '../services.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'

/** Names what goes, how much, and what cannot be brought back. */
export function DeleteDialog({ measure }: { readonly measure: BucketMeasure }) {
  const { bucket } = useServices()
  const { objects, bytes, names, tooLargeForTrash } = measure
  const others = objects - names.length
  return (
    <Dialog
      role="alertdialog"
      title={`Delete ${countOf(objects, 'object')}, ${formatBytes(bytes)}?`}
      onClose={() => bucket.stopAsking()}
      foot={
        <>
          <Button onPress={() => bucket.stopAsking()}>Keep</Button>
          <Button kind="danger" isDisabled={objects === 0} onPress={() => void bucket.deleteAsked()}>
            {`Delete ${countOf(objects, 'object')}`}
          </Button>
        </>
      }
    >
      <p>
        {names.join(', ')}
        {others > 0 && ` and ${countOf(others, 'other')}`}
      </p>
      <p>Their links stop opening. Files on this computer stay as they are. You can take it back from the notice.</p>
      {tooLargeForTrash > 0 && (
        <p>{countOf(tooLargeForTrash, 'object')} over 5 GiB cannot be put in the trash and cannot be brought back.</p>
      )}
    </Dialog>
  )
}
