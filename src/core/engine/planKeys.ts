import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Problem, toProblem } from '../../shared/errors.ts'
import type { Account } from '../../shared/model/account.ts'
import type { Collection } from '../../shared/model/collection.ts'
import type { Output } from '../../shared/model/output.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Upload } from '../catalog/records.ts'
import { type FrameFile, sameFingerprint } from '../files/FrameFile.ts'
import type { Darkroom } from '../images/Darkroom.ts'
import type { FrameFacts } from '../images/FrameFacts.ts'
import { isMade } from '../images/isMade.ts'
import type { WantedFrame, WantedObject } from '../insight/coverage/WantedFrame.ts'
import { KeyClaims } from '../shots/KeyClaims.ts'
import { buildKey, needs, parseTemplate, type Template } from '../shots/keyTemplate.ts'
import { leftOutByName } from '../shots/leftOutBy.ts'
import { wallClockOf } from '../shots/wallClock.ts'
import { compareKeys } from '../store/compareKeys.ts'
import { forEachAtOnce } from '../transfer/forEachAtOnce.ts'
import { leftOutReason } from '../transfer/leftOutReason.ts'
import { mapInSlices, SLICE } from '../transfer/mapInSlices.ts'
import { folderOf, renditionType, splitName } from '../transfer/prepareFrame.ts'
import type { FileDigests } from './createFileDigests.ts'

export type KeyPlanParts = {
  readonly frames: Pick<CatalogFrames, 'findByPath' | 'takenAnyway'>
  readonly uploads: Pick<CatalogUploads, 'ofFrame'>
  readonly darkroom: Pick<Darkroom, 'inspect'>
  readonly digest: FileDigests
}

type Destination = { readonly collection: Collection; readonly account: Account; readonly bucket: string }

/** What is looked at side by side; one process reads metadata. */
const LOOKS_AT_ONCE = 4

/** What a template needs of a file's content, beyond its bytes. */
const FACT_TOKENS = ['date', 'yyyy', 'mm', 'dd', 'camera', 'rating'] as const

/** A file of which the catalog knows nothing, with what its keys are made of. */
type Unknown = {
  readonly facts: FrameFacts | null
  readonly sha256: string
  readonly problem: Problem | null
  /** The rules of the collection leave it out. */
  readonly isLeftOut: boolean
}

/** With its place among the files that go. */
type Going = { readonly file: FrameFile; readonly index: number }

/**
 * The objects that files should have: those in the catalog for what it has taken, and for the rest those that the
 * template would give it now. Files that the rules of the collection leave out are not among them. Writes nothing. Of
 * twins the first by path has the bare name, as `claimFirstKey` has it; which of the others has which number is a guess
 * where there are several, and so is what `{uuid}` or `{seq}` stand for.
 *
 * @throws AppError `template-invalid`; `signal.reason`.
 */
export async function planKeys(
  files: ReadonlyArray<FrameFile>,
  to: Destination,
  parts: KeyPlanParts,
  signal: AbortSignal
): Promise<ReadonlyArray<WantedFrame>> {
  const template = parseTemplate(to.collection.rules.keyTemplate)
  const claims = new KeyClaims()
  const known = new Map<string, ReadonlyArray<WantedObject>>()
  const find = (file: FrameFile) => {
    const objects = knownObjects(file, to, parts)
    for (const { key } of objects) claims.add(key)
    if (objects.length > 0) known.set(file.path, objects)
  }
  await mapInSlices(files, find, signal)
  const unknown = await lookAt(
    files.filter(({ path }) => !known.has(path)),
    template,
    to,
    parts,
    signal
  )
  const going = files.filter(({ path }) => !unknown.get(path)?.isLeftOut).map((file, index): Going => ({ file, index }))
  const plan = ({ file, index }: Going): WantedFrame => {
    const objects = known.get(file.path)
    if (objects) return { file, objects, problem: null }
    const seen = unknown.get(file.path)
    if (!seen || seen.problem) return { file, objects: [], problem: seen?.problem ?? null }
    try {
      const wanted = outputsFor(to.collection.rules.outputs, seen.facts).map((output): WantedObject => {
        const key = claims.take(keyOf(file, index + 1, output, seen, template, to))
        return { outputId: output.id, isOriginal: !isMade(output), key, proof: null }
      })
      return { file, objects: wanted, problem: wanted.length > 0 ? null : notAPicture(file) }
    } catch (error) {
      return { file, objects: [], problem: toProblem(error) }
    }
  }
  const planned: WantedFrame[] = []
  const byPath = going.toSorted((a, b) => compareKeys(a.file.relativePath, b.file.relativePath))
  const place = (one: Going) => {
    planned[one.index] = plan(one)
  }
  await mapInSlices(byPath, place, signal)
  return planned
}

/** Of the version that is on disk now; an earlier one's keys are no longer the file's. */
function knownObjects(file: FrameFile, to: Destination, parts: KeyPlanParts): ReadonlyArray<WantedObject> {
  const frame = parts.frames.findByPath(to.collection.id, file.path)
  if (!frame || !sameFingerprint(frame, file)) return []
  return parts.uploads
    .ofFrame(frame.id)
    .filter(({ accountId, bucket }) => accountId === to.account.id && bucket === to.bucket)
    .map(toWanted)
}

function toWanted({ output, key, state }: Upload): WantedObject {
  const proof = state.kind === 'done' ? state.proof : null
  return { outputId: output.id, isOriginal: !isMade(output), key, proof }
}

/** Opens only what the keys cannot be made without. */
async function lookAt(
  files: ReadonlyArray<FrameFile>,
  template: Template,
  { collection }: Destination,
  { frames, darkroom, digest }: KeyPlanParts,
  signal: AbortSignal
): Promise<ReadonlyMap<string, Unknown>> {
  const { outputs } = collection.rules
  const hasRenditions = outputs.some(({ kind }) => kind === 'rendition')
  const needsFacts =
    collection.rules.selection !== undefined || hasRenditions || FACT_TOKENS.some((token) => needs(template, token))
  const needsDigest = needs(template, 'sha256')
  const seen = new Map<string, Unknown>()
  const selectionFor = ({ path }: FrameFile) => {
    const frame = collection.rules.selection && frames.findByPath(collection.id, path)
    return frame && frames.takenAnyway.has(frame.id) ? undefined : collection.rules.selection
  }
  const inspect = async (file: FrameFile): Promise<Unknown> => {
    const selection = selectionFor(file)
    const closed: Unknown = { facts: null, sha256: '', problem: null, isLeftOut: false }
    if (selection && leftOutByName(selection, file) !== null) return { ...closed, isLeftOut: true }
    if (file.sizeBytes === 0) return { ...closed, problem: { code: 'file-empty', detail: file.path } }
    try {
      const isBare = splitName(file.relativePath).extension === null && needs(template, 'ext')
      const facts = needsFacts || isBare ? await darkroom.inspect(file.path, signal) : null
      const why = selection && facts && (await leftOutReason(file.path, facts, selection, darkroom, signal))
      if (why) return { ...closed, facts, isLeftOut: true }
      return { ...closed, facts, sha256: needsDigest ? (await digest(file, signal)).sha256 : '' }
    } catch (error) {
      signal.throwIfAborted()
      return { ...closed, problem: toProblem(error) }
    }
  }
  const look = async (file: FrameFile) => void seen.set(file.path, await inspect(file))
  for (let start = 0; start < files.length; start += SLICE) {
    await forEachAtOnce(LOOKS_AT_ONCE, files.slice(start, start + SLICE), look, () => true, signal)
    await nextTurn() // where no file has to be opened, nothing else would let others have theirs
  }
  return seen
}

/** As `prepareFrame` has it: renditions are made of pictures. */
function outputsFor(outputs: ReadonlyArray<Output>, facts: FrameFacts | null): ReadonlyArray<Output> {
  return outputs.filter(({ kind }) => kind === 'original' || facts?.kind === 'photo' || facts?.kind === 'raw')
}

function notAPicture({ path }: FrameFile): Problem {
  return { code: 'picture-unsupported', detail: `${path}: only pictures have the outputs of this collection` }
}

function keyOf(
  file: FrameFile,
  number: number,
  output: Output,
  { facts, sha256 }: Unknown,
  template: Template,
  { collection, account }: Destination
): string {
  const { name, extension } = splitName(file.relativePath)
  const made = output.kind === 'rendition' && facts ? renditionType(output, facts).extension : null
  return buildKey({
    accountPrefix: account.prefix,
    collectionPrefix: collection.prefix,
    template,
    hasSeveralOutputs: collection.rules.outputs.length > 1,
    values: {
      collection: collection.name,
      folder: folderOf(file.relativePath),
      file: made === null ? basename(file.relativePath) : `${name}.${made}`,
      name,
      ext: made ?? extension ?? facts?.extension ?? '',
      output: output.id,
      takenAt: wallClockOf(facts?.capturedAt ?? null, file.mtimeNs),
      camera: facts?.camera ?? '',
      rating: facts?.marks?.rating ?? null,
      seq: number,
      sha256,
      user: collection.rules.user,
      uuid: randomUUID()
    }
  })
}
