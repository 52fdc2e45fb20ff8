import type { Problem } from '../../../shared/errors.ts'
import type { Proof } from '../../../shared/model/frame.ts'
import type { FrameFile } from '../../files/FrameFile.ts'

/** An object that a file should have in the bucket. */
export type WantedObject = {
  readonly outputId: string
  /** The file itself, byte for byte; anything else is made of it. */
  readonly isOriginal: boolean
  readonly key: string
  /** What the catalog knows of it, for this very version of the file; null where nothing is known. */
  readonly proof: Proof | null
}

/** A file of a folder with the objects it should have. */
export type WantedFrame = {
  readonly file: Pick<FrameFile, 'path' | 'relativePath' | 'sizeBytes' | 'mtimeNs' | 'ino'>
  readonly objects: ReadonlyArray<WantedObject>
  /** Why it cannot be compared; else null. */
  readonly problem: Problem | null
}
