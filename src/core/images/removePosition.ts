import { constants } from 'node:fs'
import { chmod, copyFile, type FileHandle, open, rename, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { FrameKind } from '../../shared/model/frame.ts'
import { MiB } from '../../shared/units.ts'
import { coordinatesIn } from './coordinatesIn.ts'
import type { Cleaned, CleanJob } from './Darkroom.ts'
import type { ExifToolReader } from './ExifToolReader.ts'
import {
  embeddedPositions,
  hasPositionTrack,
  MOST_POSITION_BYTES,
  type PositionBytes,
  positionNames
} from './embeddedPositions.ts'
import { fileReadError } from './fileReadError.ts'
import type { Stretch } from './filmBoxes.ts'
import { filmStretches } from './filmStretches.ts'
import { removePart } from './partPath.ts'
import { type FilmIndex, readFilm } from './readFilm.ts'
import { blankTimed, blankTracksOf, mayTellInTime } from './timedPositions.ts'
import { isToldInWords } from './toldInWords.ts'

/** Time, direction and satellites go with the coordinates; names of places are words that somebody wrote, and stay. */
const WITHOUT_COORDINATES = [
  '-gps:all=',
  '-XMP:GPS*=',
  '-XMP:*Latitude*=',
  '-XMP:*Longitude*=',
  '-XMP:*Longtitude*=',
  '-QuickTime:GPS*=',
  '-QuickTime:Location*=',
  '-api',
  'largefilesupport=1'
]

/** Read at once while looking for embedded positions. */
const WINDOW_BYTES = 8 * MiB

/** A track that was walked for a day, as GPX or KML, is a few MB. Larger files of other kinds are no such text. */
const MOST_TEXT_BYTES = 64 * MiB

/** Pages and programs of a picture site have numbers of all sorts, and no position of a picture. */
const SITE_CODE = /\.(?:html?|m?js|css|map|svg|webmanifest)$/i

/** Enough for a signature. */
const HEAD_BYTES = 12

/** Phase One's EIP: a RAW packed with its settings, into which ExifTool does not look. */
const ZIP_SIGNATURE = 'PK\x03\x04'
const JPEG_SIGNATURE = '\xff\xd8\xff'

/**
 * Writes a copy of a file that tells no position; its pixels, maker notes and everything else stay as they are. What
 * ExifTool does not write is blanked in place. The copy is looked at again, and is whole or absent.
 *
 * @param part Where the copy is written until it is whole; its own for each attempt, since a process that was ended may
 *   have left half of one.
 * @throws AppError `picture-unsupported` where a position would stay, or nobody can tell; `internal` where ExifTool does
 *   not run at all; `disk-full`, `file-…`.
 */
export async function removePosition(job: CleanJob, part: string, exiftool: ExifToolReader): Promise<Cleaned> {
  const { path, target } = job
  try {
    const source = { path, kind: await kindToFollow(job) }
    const film = source.kind === 'video' ? await readFilm(path) : null
    if (!(await isTold(source, film, exiftool))) return { path: null }
    const copy = { path: part, kind: source.kind }
    await removePart(part) // of an attempt that ended with its process
    await copyFile(path, part, constants.COPYFILE_FICLONE)
    await chmod(part, 0o600) // a card's files may be read-only
    if (film) await cleanFilm(copy, film, exiftool)
    else await cleanFile(copy, exiftool)
    await requireNone(copy, exiftool)
    const { size } = await stat(part)
    await rename(part, target)
    return { path: target, sizeBytes: size }
  } catch (error) {
    await removePart(part).catch(() => undefined) // what failed first is what counts
    const failure = toCleaningError(error, path)
    if (failure.code !== 'picture-unsupported' || (await exiftool.canRun())) throw failure
    throw new AppError('internal', 'ExifTool does not run on this computer: is there perl?', { cause: error })
  }
}

type File = { readonly path: string; readonly kind: FrameKind }

/**
 * A picture or a film that lies beside others as a sidecar is followed as what it is.
 *
 * @throws AppError `picture-unsupported` for a RAW that is a packed folder.
 */
async function kindToFollow({ path, kind }: File): Promise<FrameKind> {
  await using handle = await open(path)
  const { buffer } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
  const head = buffer.toString('latin1')
  if (kind === 'raw' && head.startsWith(ZIP_SIGNATURE)) {
    throw new AppError('picture-unsupported', `Nobody can tell whether ${path} has a position: it is packed`)
  }
  if (kind !== 'sidecar') return kind
  if (head.startsWith(JPEG_SIGNATURE)) return 'photo'
  return head.startsWith('ftyp', 4) ? 'video' : 'sidecar'
}

async function isTold(file: File, film: FilmIndex | null, exiftool: ExifToolReader): Promise<boolean> {
  if (film && (await mayTellInTime(file.path, film))) return true
  return (await tagsThatTell(file, exiftool)).length > 0 || hasEmbedded(file)
}

/** What ExifTool does not write is blanked after it. */
async function cleanFile(copy: File, exiftool: ExifToolReader): Promise<void> {
  if ((await tagsThatTell(copy, exiftool)).length > 0) await writeWithout(copy, exiftool)
  await blankEmbedded(copy, embeddedPositions)
  await blankEmbedded(copy, positionNames)
}

/** In place as far as that goes: ExifTool writes a film anew, which takes four times as long as to copy it. */
async function cleanFilm(copy: File, film: FilmIndex, exiftool: ExifToolReader): Promise<void> {
  await blankEmbedded(copy, embeddedPositions)
  await blankTimed(copy.path, film)
  let told = await tagsThatTell(copy, exiftool)
  // Read anew: the number that ExifTool gives a track counts those alone that are left.
  if (await blankTracksOf(told, copy.path, await readFilm(copy.path))) told = await tagsThatTell(copy, exiftool)
  if (told.length > 0) await writeWithout(copy, exiftool)
  await blankEmbedded(copy, positionNames)
}

/** Of texts and programs ExifTool is not asked. */
async function tagsThatTell(file: File, exiftool: ExifToolReader): Promise<ReadonlyArray<string>> {
  return file.kind === 'other' ? [] : coordinatesIn(file, exiftool)
}

/** What ExifTool says where it could not write, a full disk included; of a type that it never writes it says otherwise. */
const FAILED_WRITE = /Error writing/

async function writeWithout({ path }: File, exiftool: ExifToolReader): Promise<void> {
  try {
    await exiftool.write(path, WITHOUT_COORDINATES)
  } catch (error) {
    const cause = error instanceof Error ? String(error.cause) : ''
    const isFull = FAILED_WRITE.test(cause) && !(await hasRoomBeside(path))
    throw isFull ? new AppError('disk-full', `No room to change ${path}`, { cause: error }) : error
  }
}

/** Whether another copy of our copy fits, as ExifTool writes one; true as well where that cannot be told. */
async function hasRoomBeside(path: string): Promise<boolean> {
  try {
    const [{ size }, { bavail, bsize }] = await Promise.all([stat(path), statfs(dirname(path))])
    return size < bavail * bsize
  } catch {
    return true
  }
}

async function hasEmbedded(file: File): Promise<boolean> {
  for await (const { bytes } of windowsOf(file)) {
    if (isToldIn(bytes, file)) return true
  }
  return false
}

async function blankEmbedded(file: File, find: (bytes: Buffer) => ReadonlyArray<PositionBytes>): Promise<void> {
  await using handle = await open(file.path, 'r+')
  for await (const { bytes, offset, isLast } of windowsOf(file)) {
    for (const { start, blank } of find(bytes)) {
      // It may go on behind the border, and what is left of half of one is not found: the next window has it whole.
      if (!isLast && start + blank.length === bytes.length) continue
      await handle.write(blank, 0, blank.length, offset + start)
    }
  }
}

async function requireNone(file: File, exiftool: ExifToolReader): Promise<void> {
  const left = await tagsThatTell(file, exiftool)
  // ExifTool's changes of a PDF can be taken back, and the position with them.
  const isTimed = file.kind === 'video' && (await mayTellInTime(file.path, await readFilm(file.path)))
  if (left.length === 0 && file.kind !== 'pdf' && !isTimed && !(await hasEmbedded(file))) return
  throw new AppError('picture-unsupported', `A position cannot be taken out of ${file.path} ${left.join(', ')}`.trim())
}

function isToldIn(bytes: Buffer, { kind }: File): boolean {
  if ((kind === 'sidecar' || kind === 'other') && isToldInWords(bytes.toString('latin1'))) return true
  if (kind === 'other') return false
  return [embeddedPositions, positionNames].some((find) => find(bytes).length > 0) || hasPositionTrack(bytes)
}

/** @property isLast Of the bytes that are looked at in one go: nothing goes on behind it. */
type Window = { readonly bytes: Buffer; readonly offset: number; readonly isLast: boolean }

/** What is to be looked at in windows that overlap, so that what lies on a border is seen whole. */
async function* windowsOf(file: File): AsyncGenerator<Window> {
  await using handle = await open(file.path)
  const window = Buffer.alloc(WINDOW_BYTES)
  for (const { start, end } of await stretchesOf(file, handle)) {
    for (let offset = start; ; offset += WINDOW_BYTES - MOST_POSITION_BYTES) {
      const { bytesRead } = await handle.read(window, 0, Math.min(WINDOW_BYTES, end - offset), offset)
      const isLast = offset + bytesRead >= end || bytesRead === 0
      yield { bytes: window.subarray(0, bytesRead), offset, isLast }
      if (isLast) break
    }
  }
}

/** Of a film all but its pictures, of anything else the whole file. Of large files of other kinds, and of a site's code, nothing. */
async function stretchesOf({ path, kind }: File, handle: FileHandle): Promise<ReadonlyArray<Stretch>> {
  if (kind === 'video') return filmStretches(handle)
  const { size } = await handle.stat()
  const isUnasked = kind === 'other' && (size > MOST_TEXT_BYTES || SITE_CODE.test(path))
  return isUnasked ? [] : [{ start: 0, end: size }]
}

function toCleaningError(error: unknown, path: string): AppError {
  if (error instanceof AppError) return error
  // What no system call said is about what the file has in it: its copies can be made all the same.
  if (!(error instanceof Error && 'syscall' in error)) {
    return new AppError('picture-unsupported', `Nobody can tell whether ${path} has a position`, { cause: error })
  }
  const code = 'code' in error ? error.code : null
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return fileReadError(error, path)
  return new AppError('disk-full', `No room for a copy of ${path}`, { cause: error })
}
