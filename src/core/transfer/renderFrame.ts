import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError, type ErrorCode, type Problem, toProblem } from '../../shared/errors.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import { readFrame } from '../files/readFrame.ts'
import type { Darkroom } from '../images/Darkroom.ts'
import type { FrameFacts } from '../images/FrameFacts.ts'
import { renditionType } from './prepareFrame.ts'
import { transition } from './UploadState.ts'

/** What a position is said to stay for: it cannot be taken out, or nobody can tell. All else may be different next time. */
const POSITION_STAYS: ReadonlySet<ErrorCode> = new Set(['picture-unsupported', 'picture-damaged'])

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
 * Makes what is made of one frame: its renditions, with its preview in the same decode, and its original without the
 * position where that is asked for. What cannot be made has its reason on the upload; the others go their own way.
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
  if (!frame.facts) throw new AppError('internal', `${frame.path} was not prepared`)
  await mkdir(ports.spoolPath, { recursive: true })
  await requireUnchanged(frame)
  const made = [
    ...(await clean(frame, frame.facts, uploads, ports, signal)),
    ...(await develop(frame, frame.facts, uploads, ports, signal))
  ]
  await requireUnchanged(frame) // what was made of half an old file is not kept
  signal.throwIfAborted()
  ports.uploads.together(() => {
    for (const keep of made) keep()
  })
  for (const upload of uploads) ports.onChange(upload)
}

/** Writes into the catalog what was made; not called before all is. */
type Keep = () => void

async function develop(
  frame: Frame,
  facts: FrameFacts,
  uploads: ReadonlyArray<Upload>,
  ports: RenderPorts,
  signal: AbortSignal
): Promise<ReadonlyArray<Keep>> {
  const ordered = uploads.flatMap((upload) =>
    upload.output.kind === 'rendition' ? [{ upload, rendition: upload.output }] : []
  )
  if (ordered.length === 0) return []
  const renditions = ordered.map(({ upload, rendition }) => ({
    rendition,
    path: join(ports.spoolPath, `${upload.id}.${renditionType(rendition, facts).extension}`)
  }))
  const previewPath = frame.hasPreview ? null : ports.previewPathOf(frame.id)
  if (previewPath) await mkdir(dirname(previewPath), { recursive: true })
  const { kind, contentType } = facts
  const { renditions: rendered, preview } = await ports.darkroom.render(
    { path: frame.path, kind, contentType, renditions, previewPath },
    signal
  )
  return [
    () => {
      if (preview?.ok) ports.frames.thumbs.put(frame.id, preview.thumbhash)
    },
    ...ordered.map(({ upload, rendition }) => () => {
      const made = rendered.find(({ outputId }) => outputId === rendition.id)
      if (!made) throw new AppError('internal', `The darkroom did not answer for ${rendition.id} of ${frame.path}`)
      if (made.ok) ports.uploads.saveRendered(upload, made)
      else giveUp(upload, made.problem, ports)
    })
  ]
}

/** The original that is to tell no position: a copy of the file goes, or the file itself where that tells none. */
async function clean(
  frame: Frame,
  { kind, extension }: FrameFacts,
  uploads: ReadonlyArray<Upload>,
  ports: RenderPorts,
  signal: AbortSignal
): Promise<ReadonlyArray<Keep>> {
  const upload = uploads.find(({ output }) => output.kind === 'original')
  if (!upload) return []
  try {
    const target = join(ports.spoolPath, `${upload.id}.${extension}`)
    const cleaned = await ports.darkroom.removePosition({ path: frame.path, kind, target }, signal)
    if (cleaned.path === null) return [() => void ports.uploads.saveUnmade(upload, frame)]
    return [() => void ports.uploads.saveRendered(upload, { ...upload, ...cleaned })]
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof AppError) || error.isRetryable || error.code.startsWith('file-')) throw error
    const code = POSITION_STAYS.has(error.code) ? 'position-stays' : error.code
    const problem: Problem = { code, detail: toProblem(error).detail }
    return [() => giveUp(upload, problem, ports)]
  }
}

function giveUp(upload: Upload, problem: Problem, { uploads }: RenderPorts): void {
  uploads.saveState(upload, transition(upload.state, { kind: 'gave-up', problem }))
}

async function requireUnchanged(frame: Frame): Promise<void> {
  const reader = await readFrame(frame)
  await reader.close()
}
