import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import { readFrame } from '../files/readFrame.ts'
import type { Darkroom } from '../images/Darkroom.ts'
import { renditionType } from './prepareFrame.ts'
import { transition } from './UploadState.ts'

export type RenderPorts = {
  readonly darkroom: Darkroom
  readonly frames: CatalogFrames
  readonly uploads: CatalogUploads
  /** Folder for renditions until they are proved. */
  readonly spoolPath: string
  /** Where a frame's preview belongs. */
  readonly previewPathOf: (frameId: string) => string
  readonly onChange: (upload: Upload) => void
}

/**
 * Makes the renditions of one frame, and its preview in the same decode. A picture that cannot be rendered has its
 * reason on the upload; its original goes its own way.
 *
 * @param uploads Of this frame, in state `rendering`.
 * @throws AppError `disk-full`, `file-changed`, `file-missing`, `file-unreadable`; `signal.reason`. The uploads are then
 *   unchanged.
 */
export async function renderFrame(
  frame: Frame,
  uploads: ReadonlyArray<Upload>,
  ports: RenderPorts,
  signal: AbortSignal
): Promise<void> {
  const { facts } = frame
  if (!facts) throw new AppError('internal', `${frame.path} was not prepared`)
  const previewPath = frame.hasPreview ? null : ports.previewPathOf(frame.id)
  await mkdir(ports.spoolPath, { recursive: true })
  if (previewPath) await mkdir(dirname(previewPath), { recursive: true })
  const renditions = uploads.flatMap(({ id, output }) =>
    output.kind === 'rendition'
      ? [{ rendition: output, path: join(ports.spoolPath, `${id}.${renditionType(output, facts).extension}`) }]
      : []
  )
  const { kind, contentType } = facts
  await requireUnchanged(frame)
  const result = await ports.darkroom.render({ path: frame.path, kind, contentType, renditions, previewPath }, signal)
  await requireUnchanged(frame) // what was made of half an old file is not kept
  signal.throwIfAborted()
  ports.uploads.together(() => {
    if (result.preview?.ok) ports.frames.setHasPreview(frame.id)
    for (const upload of uploads) {
      const made = result.renditions.find(({ outputId }) => outputId === upload.output.id)
      if (!made) throw new AppError('internal', `The darkroom did not answer for ${upload.output.id} of ${frame.path}`)
      if (made.ok) ports.uploads.saveRendered(upload, made)
      else ports.uploads.saveState(upload, transition(upload.state, { kind: 'gave-up', problem: made.problem }))
    }
  })
  for (const upload of uploads) ports.onChange(upload)
}

async function requireUnchanged(frame: Frame): Promise<void> {
  const reader = await readFrame(frame)
  await reader.close()
}
