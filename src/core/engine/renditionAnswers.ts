import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { Answers, CallInput, CallOutput } from '../../shared/ipc/contract.ts'
import type { FrameKind } from '../../shared/model/frame.ts'
import { ORIGINAL, type Rendition, WEB } from '../../shared/model/output.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { Frame } from '../catalog/records.ts'
import type { Darkroom, Rendered } from '../images/Darkroom.ts'
import type { FrameFacts } from '../images/FrameFacts.ts'
import { encodedFormat, formatTypes } from '../images/outputFormat.ts'
import { GAIN_MAP_NOTE, isSmallerThanAsked, rawSizeNote } from './frameNotes.ts'

type RenditionCall = 'renditions:try'

export type RenditionParts = {
  readonly frames: CatalogFrames
  readonly darkroom: Darkroom
  readonly previewsPath: string
  /** Aborted when the engine ends. */
  readonly signal: AbortSignal
}

type Trial = NonNullable<CallOutput<RenditionCall>>
type TrialSize = Pick<Trial, 'widthPx' | 'heightPx'>

/** A picture on disk of which it is known what it is. */
type Sample = Frame & { readonly facts: FrameFacts }

/** The source as the window has it, and of which version of which frame it is. */
type ShownSource = { readonly version: string; readonly name: string }

/** Below the previews' folder, on disk and for the page. */
const TRIALS = 'trials'

/** The newest frames of a queue among which a picture is looked for. */
const LOOKED_AT = 200

const PICTURES: ReadonlySet<FrameKind> = new Set<FrameKind>(['photo', 'raw'])

/**
 * The source as a window can show it: with its wider colours, and so that nothing is seen of its own encoding. Its id is
 * the one that no rendition of a person's can have.
 */
const SOURCE_VIEW: Rendition = {
  ...WEB,
  id: ORIGINAL.id,
  format: 'jpeg',
  quality: 92,
  colour: 'p3',
  metadata: 'nothing'
}

/** What the window asks about renditions that are not in use yet. */
export function renditionAnswers(parts: RenditionParts): Answers<RenditionCall> {
  const { frames, darkroom, previewsPath } = parts
  const folder = join(previewsPath, TRIALS)
  let current = new AbortController()
  let shownSource: ShownSource | null = null

  return {
    'renditions:try': async (input) => {
      current.abort()
      current = new AbortController()
      const signal = AbortSignal.any([parts.signal, current.signal])
      const sample = sampleFor(input)
      return sample && makeTrial(sample, input.rendition, signal)
    }
  }

  function sampleFor({ frameId, collectionId }: CallInput<RenditionCall>): Sample | null {
    const asked = frameId === null ? null : frames.find(frameId)
    if (asked && isSample(asked)) return asked
    const ofCollection = collectionId === null ? null : newestPicture(collectionId)
    return ofCollection ?? newestPicture(null)
  }

  function newestPicture(collectionId: string | null): Sample | null {
    const { total } = frames.page(collectionId, 'all', 0, 0)
    const newest = frames.page(collectionId, 'all', Math.max(0, total - LOOKED_AT), LOOKED_AT)
    return newest.frames.findLast(isSample) ?? null
  }

  async function makeTrial(sample: Sample, rendition: Rendition, signal: AbortSignal): Promise<Trial> {
    const { path, facts } = sample
    const { kind, contentType } = facts
    const version = `${sample.id} ${sample.mtimeNs}`
    // It stays the same while a person turns the knobs of its rendition.
    const known = shownSource?.version === version && existsSync(join(folder, shownSource.name)) ? shownSource : null
    const source = known ?? { version, name: `${randomUUID()}.jpg` }
    const name = `${randomUUID()}.${formatTypes[encodedFormat(rendition.format, contentType)].extension}`
    const order = { rendition, path: join(folder, name) }
    const renditions = known ? [order] : [order, { rendition: SOURCE_VIEW, path: join(folder, source.name) }]
    await mkdir(folder, { recursive: true })
    const result = await darkroom.render({ path, kind, contentType, renditions, previewPath: null }, signal)
    signal.throwIfAborted()
    await sweep([name, source.name])
    const [made] = result.renditions.map(requireMade)
    if (!made) throw new AppError('internal', `Nothing came of ${rendition.id}`)
    shownSource = source
    return {
      name: basename(path),
      sourceUrl: urlOf(source.name),
      renditionUrl: urlOf(name),
      sourceBytes: sample.sizeBytes,
      renditionBytes: made.sizeBytes,
      widthPx: made.widthPx,
      heightPx: made.heightPx,
      notes: [...trialNotes(facts, rendition, made)]
    }
  }

  /** What earlier calls left. None of them is at work any more. */
  async function sweep(kept: ReadonlyArray<string>): Promise<void> {
    const old = (await readdir(folder)).filter((name) => !kept.includes(name))
    await Promise.allSettled(old.map((name) => rm(join(folder, name), { force: true })))
  }
}

function urlOf(name: string): string {
  return `previews/${TRIALS}/${name}`
}

/** @throws AppError with the reason why it was not made. */
function requireMade(one: Rendered): Extract<Rendered, { ok: true }> {
  if (!one.ok) throw new AppError(one.problem.code, one.problem.detail)
  return one
}

function isSample(frame: Frame): frame is Sample {
  const { facts, status, path } = frame
  return status !== 'settling' && facts !== null && PICTURES.has(facts.kind) && existsSync(path)
}

function trialNotes(facts: FrameFacts, rendition: Rendition, made: TrialSize): ReadonlyArray<string> {
  const notes: string[] = []
  if (facts.kind === 'raw') {
    notes.push('Made of the picture that the RAW carries for showing.')
    notes.push(...rawSizeNote(facts, { output: rendition, ...made }))
  } else if (isSmallerThanAsked(rendition, facts, made)) {
    notes.push('The photo is smaller than that, and is not enlarged.')
  }
  if (facts.hdr === 'gain-map') notes.push(GAIN_MAP_NOTE)
  if (facts.hasPosition) {
    notes.push(rendition.keepsPosition ? 'It keeps the position inside.' : 'The position inside is left out.')
  }
  return notes
}
