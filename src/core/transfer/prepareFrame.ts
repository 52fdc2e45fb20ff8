import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { AppError, type Problem } from '../../shared/errors.ts'
import type { Account } from '../../shared/model/account.ts'
import type { Collection, CollectionRules } from '../../shared/model/collection.ts'
import type { FrameKind } from '../../shared/model/frame.ts'
import type { Output, Rendition } from '../../shared/model/output.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import { readFrame } from '../files/readFrame.ts'
import type { Darkroom } from '../images/Darkroom.ts'
import type { FrameFacts } from '../images/FrameFacts.ts'
import { isMade } from '../images/isMade.ts'
import { type EncodedFormat, encodedFormat, formatTypes } from '../images/outputFormat.ts'
import { buildKey, needs, parseTemplate, type Template } from '../shots/keyTemplate.ts'
import { leftOutByName } from '../shots/leftOutBy.ts'
import { wallClockOf } from '../shots/wallClock.ts'
import type { BufferPool } from './BufferPool.ts'
import { claimFirstKey } from './claimFirstKey.ts'
import { createOrderedId } from './createOrderedId.ts'
import type { Digester } from './Digester.ts'
import { digestSource } from './digest.ts'
import { frameStatusOf } from './frameStatus.ts'
import { leftOutReason } from './leftOutReason.ts'
import type { Slots } from './Slots.ts'
import { firstState } from './UploadState.ts'

export type PreparePorts = {
  readonly darkroom: Darkroom
  readonly frames: CatalogFrames
  readonly uploads: CatalogUploads
  readonly pool: BufferPool
  /** Sources read whole at once: each holds megabytes of the pool. */
  readonly reading: Slots
  readonly digester: Digester
}

export type Destination = {
  readonly collection: Collection
  readonly account: Account
  readonly bucket: string
  /** The rules that the collection has by now. Absent: still these. */
  readonly rulesNow?: () => CollectionRules
  /** Kinds whose originals wait at this hour for the quiet ones. */
  readonly waitingKinds?: ReadonlyArray<FrameKind>
}

/** Extension and content type by format; what is kept is JPEG as a rule, and `renditionType` says it of a frame. */
export const renditionTypes: Readonly<Record<Rendition['format'], RenditionType>> = {
  ...formatTypes,
  keep: formatTypes.jpeg
}

type RenditionType = (typeof formatTypes)[EncodedFormat]

/** Extension and content type of a frame's rendition. */
export function renditionType({ format }: Rendition, facts: FrameFacts): RenditionType {
  return formatTypes[encodedFormat(format, facts.contentType)]
}

const PICTURE_EXTENSIONS = /^(jpe?g|png|webp|avif|tiff?|gif|hei[cf])$/

/**
 * Looks at a frame and writes a row for each object that will be made of it, keys included. Nothing is sent before that.
 * Of a frame that the collection's rules leave out it writes why, and no row.
 *
 * @throws AppError `file-empty`, `file-missing`, `file-unreadable`, `file-changed`, `key-too-long`, `template-invalid`,
 *   `picture-unsupported` where nothing at all can be made of it.
 */
export async function prepareFrame(
  frame: Frame,
  to: Destination,
  ports: PreparePorts,
  signal: AbortSignal
): Promise<void> {
  const { collection } = to
  const { selection: rule } = collection.rules
  const selection = rule && !ports.frames.takenAnyway.has(frame.id) ? rule : undefined
  const byName = selection ? leftOutByName(selection, frame) : null
  if (byName !== null) return leaveOut(frame, null, byName, to, ports, signal)
  if (frame.sizeBytes === 0) throw new AppError('file-empty', frame.path)
  const template = parseTemplate(collection.rules.keyTemplate)
  const facts = await ports.darkroom.inspect(frame.path, signal)
  signal.throwIfAborted()
  const reason = selection ? await leftOutReason(frame.path, facts, selection, ports.darkroom, signal) : null
  if (reason !== null) return leaveOut(frame, facts, reason, to, ports, signal)
  const plan = planOutputs(collection.rules.outputs, facts)
  if (plan.length === 0)
    throw new AppError('picture-unsupported', `${frame.path}: ${facts.contentType} is not a picture`)
  const isAnyMade = plan.some(({ output }) => isMade(output))
  const sha256 =
    isAnyMade || needs(template, 'sha256')
      ? await ports.reading.run(() => digestFrame(frame, ports, signal), signal)
      : null
  signal.throwIfAborted()
  const planned = plan.map(({ output, problem }, ordinal) =>
    planUpload({ frame, facts, sha256, output, problem, ordinal }, template, to)
  )
  await ports.uploads.commits.run(() => {
    signal.throwIfAborted() // stopped while others were gathered: the catalog says already what is to be
    ports.uploads.addForFrame(planned, () => {
      ports.frames.setPrepared(frame.id, facts, sha256, frameStatusOf(planned.map(({ state }) => state.kind)))
      for (const upload of planned) claimFirstKey(upload, frame, ports.uploads)
      if (to.waitingKinds?.includes(facts.kind)) ports.uploads.quiet.holdFrame(frame.id)
    })
  })
}

function leaveOut(
  frame: Frame,
  facts: FrameFacts | null,
  reason: string,
  { collection, rulesNow }: Destination,
  { frames, uploads }: PreparePorts,
  signal: AbortSignal
): Promise<void> {
  return uploads.commits.run(() => {
    signal.throwIfAborted() // stopped while others were gathered
    // Judged by rules that hold no more: those that hold now look at it.
    if (rulesNow && !isDeepStrictEqual(rulesNow(), collection.rules)) frames.restart(frame.id)
    else frames.leaveOut(frame.id, facts, reason)
  })
}

type PlannedOutput = { readonly output: Output; readonly problem: Problem | null }

/** Renditions are made of pictures, a RAW's of the one it carries. What is called a picture and is none gets its reason. */
function planOutputs(outputs: ReadonlyArray<Output>, facts: FrameFacts): ReadonlyArray<PlannedOutput> {
  return outputs.flatMap((output): PlannedOutput[] => {
    if (output.kind === 'original' || facts.kind === 'photo' || facts.kind === 'raw') return [{ output, problem: null }]
    if (!facts.mismatch || !PICTURE_EXTENSIONS.test(facts.mismatch.named)) return []
    const detail = `Named .${facts.mismatch.named}, but its content is ${facts.contentType}`
    return [{ output, problem: { code: 'picture-unsupported', detail } }]
  })
}

async function digestFrame(frame: Frame, ports: PreparePorts, signal: AbortSignal): Promise<string> {
  const reader = await readFrame(frame)
  try {
    return await digestSource(reader, frame.sizeBytes, ports, signal)
  } finally {
    await reader.close()
  }
}

type Planned = PlannedOutput & {
  readonly frame: Frame
  readonly facts: FrameFacts
  readonly sha256: string | null
  readonly ordinal: number
}

function planUpload(planned: Planned, template: Template, to: Destination): Upload {
  const { frame, facts, output, problem, sha256, ordinal } = planned
  const id = createOrderedId()
  const { name, extension } = splitName(frame.relativePath)
  const made = output.kind === 'original' ? null : renditionType(output, facts)
  const key = buildKey({
    accountPrefix: to.account.prefix,
    collectionPrefix: to.collection.prefix,
    template,
    hasSeveralOutputs: to.collection.rules.outputs.length > 1,
    values: {
      collection: to.collection.name,
      folder: folderOf(frame.relativePath),
      file: made ? `${name}.${made.extension}` : basename(frame.relativePath),
      name,
      ext: made?.extension ?? extension ?? facts.extension,
      output: output.id,
      takenAt: wallClockOf(facts.capturedAt, frame.mtimeNs),
      camera: facts.camera ?? '',
      rating: facts.marks?.rating ?? null,
      seq: frame.number,
      sha256: sha256 ?? '',
      user: to.collection.rules.user,
      uuid: randomUUID() // a link that nobody can guess must not tell the time
    }
  })
  return {
    id,
    frameId: frame.id,
    frameSeq: frame.seq,
    ordinal,
    output,
    accountId: to.account.id,
    bucket: to.bucket,
    baseKey: key,
    key,
    keyNumber: 1,
    state: problem ? { kind: 'failed', problem } : firstState,
    spoolPath: null,
    sizeBytes: isMade(output) ? null : frame.sizeBytes,
    sha256: isMade(output) ? null : sha256,
    widthPx: output.kind === 'original' ? facts.widthPx : null,
    heightPx: output.kind === 'original' ? facts.heightPx : null,
    contentType: made?.contentType ?? facts.contentType,
    replaces: null
  }
}

/** `extension` is null where the name has none: then the content's own is used. Kept as spelt, `IMG_1.JPG` stays so. */
export function splitName(relativePath: string): { readonly name: string; readonly extension: string | null } {
  const base = relativePath.slice(relativePath.lastIndexOf('/') + 1)
  const dot = base.lastIndexOf('.')
  return dot <= 0 ? { name: base, extension: null } : { name: base.slice(0, dot), extension: base.slice(dot + 1) }
}

export function folderOf(relativePath: string): string {
  return relativePath.slice(0, Math.max(0, relativePath.lastIndexOf('/')))
}
