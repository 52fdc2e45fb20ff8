import { constants } from 'node:fs'
import { chmod, copyFile, open, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { FrameKind } from '../../shared/model/frame.ts'
import { MiB } from '../../shared/units.ts'
import type { Cleaned, CleanJob } from './Darkroom.ts'
import type { ExifToolReader, ExifToolTags } from './ExifToolReader.ts'
import { embeddedPositions, hasPositionTrack, MOST_POSITION_BYTES } from './embeddedPositions.ts'
import { fileReadError } from './fileReadError.ts'
import { partPath } from './partPath.ts'

/** Everything that ExifTool knows to be a coordinate, in any group. */
const COORDINATES = [
  '-n',
  '-e', // what ExifTool computes of other tags says nothing of its own
  '-G1',
  '-*Latitude',
  '-*Longitude',
  '-*Longtitude', // as DJI spells it
  '-*GPSPosition',
  '-*GPSCoordinates',
  '-*LocationInformation',
  '-Error'
]

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

/** Where a place may stand. Pages and programs of a picture site have none, and ExifTool cannot write them. */
const MAY_TELL: ReadonlySet<FrameKind> = new Set<FrameKind>(['photo', 'raw', 'video', 'sidecar', 'pdf'])

/** Read at once while looking for embedded positions. */
const WINDOW_BYTES = 8 * MiB

/** What other programs write beside a film or a picture in words of their own, as DJI's `[latitude: 51.4169]`. */
const TOLD_IN_WORDS = /(?:latitude|longitude|\bgps)\b["'\s:=([]{1,8}[+-]?\d/i

/**
 * Writes a copy of a file that tells no position; its pixels, maker notes and everything else stay as they are. What
 * ExifTool does not write is blanked in place. The copy is looked at again, and is whole or absent.
 *
 * @throws AppError `picture-unsupported` where a position would stay, or nobody can tell; `disk-full`, `file-…`.
 */
export async function removePosition({ path, kind, target }: CleanJob, exiftool: ExifToolReader): Promise<Cleaned> {
  const source = { path, kind }
  if (!MAY_TELL.has(kind)) return { path: null }
  const part = partPath(target)
  try {
    const told = await coordinatesIn(source, exiftool)
    if (told.length === 0 && !(await hasEmbedded(source))) return { path: null }
    await copyFile(path, part, constants.COPYFILE_FICLONE)
    await chmod(part, 0o600) // a card's files may be read-only
    if (told.length > 0) await exiftool.write(part, WITHOUT_COORDINATES)
    await blankEmbedded({ path: part, kind })
    await requireNone({ path: part, kind }, exiftool)
    const { size } = await stat(part)
    await rename(part, target)
    return { path: target, sizeBytes: size }
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined) // what failed first is what counts
    throw await toCleaningError(error, path, target)
  }
}

type File = { readonly path: string; readonly kind: FrameKind }

/**
 * Names of the tags that tell a coordinate; 0/0, which cameras without a fix write, tells none.
 *
 * @throws AppError `picture-unsupported` for a picture or film that ExifTool cannot follow.
 */
async function coordinatesIn({ path, kind }: File, exiftool: ExifToolReader): Promise<ReadonlyArray<string>> {
  // Within what is embedded and in tracks, too. `-ee3` would read a film's pictures as well, at 14 MB a second.
  const depth = kind === 'video' ? '-ee' : '-ee3'
  const tags: ExifToolTags = await exiftool.read(path, [depth, ...COORDINATES])
  const error = tags['ExifTool:Error']
  if (error !== undefined && kind !== 'sidecar') {
    throw new AppError('picture-unsupported', `Nobody can tell whether ${path} has a position: ${String(error)}`)
  }
  return Object.keys(tags).filter((name) => name.includes(':') && /\d/.test(String(tags[name])))
}

async function hasEmbedded(file: File): Promise<boolean> {
  for await (const { bytes } of windowsOf(file)) {
    if (embeddedPositions(bytes).length > 0 || hasPositionTrack(bytes) || isToldInWords(file, bytes)) return true
  }
  return false
}

async function blankEmbedded(file: File): Promise<void> {
  await using handle = await open(file.path, 'r+')
  for await (const { bytes, offset } of windowsOf(file)) {
    for (const { start, blank } of embeddedPositions(bytes)) {
      await handle.write(blank, 0, blank.length, offset + start)
    }
  }
}

async function requireNone(file: File, exiftool: ExifToolReader): Promise<void> {
  const left = await coordinatesIn(file, exiftool)
  // ExifTool's changes of a PDF can be taken back, and the position with them.
  if (left.length === 0 && file.kind !== 'pdf' && !(await hasEmbedded(file))) return
  throw new AppError('picture-unsupported', `A position cannot be taken out of ${file.path} ${left.join(', ')}`.trim())
}

function isToldInWords({ kind }: File, bytes: Buffer): boolean {
  return kind === 'sidecar' && TOLD_IN_WORDS.test(bytes.toString('latin1'))
}

/**
 * A whole file in windows that overlap, so that what lies on a border is seen whole. Of a film nothing: its boxes are
 * ExifTool's to read and write, and between them lie gigabytes of pictures.
 */
async function* windowsOf({ path, kind }: File): AsyncGenerator<{ readonly bytes: Buffer; readonly offset: number }> {
  if (kind === 'video') return
  await using handle = await open(path)
  const window = Buffer.alloc(WINDOW_BYTES)
  for (let offset = 0; ; offset += WINDOW_BYTES - MOST_POSITION_BYTES) {
    const { bytesRead } = await handle.read(window, 0, WINDOW_BYTES, offset)
    yield { bytes: window.subarray(0, bytesRead), offset }
    if (bytesRead < WINDOW_BYTES) return
  }
}

/** ExifTool does not say of a write that failed that the disk was full: whether there is room for the file tells. */
async function toCleaningError(error: unknown, path: string, target: string): Promise<AppError> {
  const code = error instanceof Error && 'code' in error ? error.code : null
  const mayBeFull = code === 'ENOSPC' || code === 'EDQUOT' || code === 'picture-unsupported'
  if (!mayBeFull || (code === 'picture-unsupported' && (await hasRoomFor(path, target)))) {
    return fileReadError(error, path)
  }
  return new AppError('disk-full', `No room for a copy of ${path}`, { cause: error })
}

async function hasRoomFor(path: string, target: string): Promise<boolean> {
  try {
    const [{ size }, { bavail, bsize }] = await Promise.all([stat(path), statfs(dirname(target))])
    return 2 * size < bavail * bsize // ExifTool writes another copy beside ours
  } catch {
    return true // then something else is wrong, which was said
  }
}
