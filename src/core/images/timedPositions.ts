import { open } from 'node:fs/promises'
import { AppError } from '../../shared/errors.ts'
import { blankInFilm } from './blankInFilm.ts'
import { allDashcamBlocks, hasDashcamTraces, toBlank } from './dashcamBlocks.ts'
import { areWithin, type Stretch } from './filmBoxes.ts'
import type { FilmIndex, FilmTrack } from './readFilm.ts'

/** Pictures, sounds, scenes, haptics, time codes, drawn subtitles and hints for streaming; QuickTime's old ones, too. */
const MEDIA_HANDLERS = new Set(
  'vide soun auxv pict subp hapt tmcd hint MPEG musi sprt qtvr pano volv odsm sdsm twen qd3d flsh'.split(' ')
)
/** Words that a person may have written: they are read, and never taken out. */
const CAPTION_HANDLERS = new Set(['text', 'sbtl', 'subt', 'clcp'])
/** Apple's, Sony's and Canon's metadata, which ExifTool reads: it tells where there is a position in them. */
const READ_FORMATS = new Set(['mebx', 'rtmd', 'CTMD'])
/** Without a handler, or with one of zeros, a track may be anything: pictures as well. */
const NO_HANDLER = /^\0*$/

/**
 * Whether a camera noted while it was filming where it was, or nobody knows what it noted.
 *
 * @throws AppError `picture-unsupported` for a track that does not say what it is.
 */
export async function mayTellInTime(path: string, film: FilmIndex): Promise<boolean> {
  if (tracksThatMayTell(film).length > 0 || film.positionBoxes.length > 0) return true
  await using handle = await open(path)
  return await hasDashcamTraces(handle, film)
}

/**
 * Takes all that out of a copy of the film, in place.
 *
 * @throws AppError `picture-unsupported` where that would touch what stays, or leave what a dashcam's list points to.
 */
export async function blankTimed(path: string, film: FilmIndex): Promise<void> {
  const blocks = await dashcamBlocksIn(path, film)
  requireFound(film.listed, [...blocks, ...film.positionBoxes])
  await blankInFilm(path, film, {
    tracks: tracksThatMayTell(film),
    boxes: film.positionBoxes,
    blocks: blocks.map(toBlank)
  })
}

async function dashcamBlocksIn(path: string, film: FilmIndex): Promise<ReadonlyArray<Stretch>> {
  await using handle = await open(path)
  const isDashcams = film.positionBoxes.length > 0 || (await hasDashcamTraces(handle, film))
  return isDashcams ? await allDashcamBlocks(handle) : []
}

/** @throws AppError where a list points to a block of a kind that nobody knows: without the list nobody would see it. */
function requireFound(listed: ReadonlyArray<Stretch>, found: ReadonlyArray<Stretch>): void {
  if (areWithin(found, listed)) return
  throw new AppError('picture-unsupported', 'A dashcam’s list points to what is no block of positions')
}

/**
 * The same for tracks in which ExifTool has found a position.
 *
 * @param tags With their groups: `Track3:GPSLatitude`.
 * @returns whether there was any.
 */
export async function blankTracksOf(tags: ReadonlyArray<string>, path: string, film: FilmIndex): Promise<boolean> {
  const tracks = tracksOfTags(film, tags)
  if (tracks.length === 0) return false
  await blankInFilm(path, film, { tracks, boxes: [], blocks: [] })
  return true
}

/**
 * Tracks of what a camera notes many times a second: GoPro's, Android's and DJI's, which have positions as a rule, and
 * those of which nobody knows what they have. Where samples cannot be found, ExifTool does not read them either, and
 * says nothing of it.
 */
function tracksThatMayTell({ tracks }: FilmIndex): ReadonlyArray<FilmTrack> {
  const unnamed = tracks.find(({ handler }) => NO_HANDLER.test(handler))
  if (unnamed) throw new AppError('picture-unsupported', `Nobody can tell what track ${unnamed.number} is`)
  return tracks.filter((track) => isMachineMade(track) && (track.samples === null || !isRead(track)))
}

/** As far as they may be taken out. */
function tracksOfTags({ tracks }: FilmIndex, tags: ReadonlyArray<string>): ReadonlyArray<FilmTrack> {
  const numbers = new Set(tags.map((tag) => Number(/^Track(\d+):/.exec(tag)?.[1])))
  return tracks.filter((track) => numbers.has(track.number) && isMachineMade(track))
}

function isMachineMade({ handler }: FilmTrack): boolean {
  return !MEDIA_HANDLERS.has(handler) && !CAPTION_HANDLERS.has(handler)
}

function isRead({ formats }: FilmTrack): boolean {
  return formats.length > 0 && formats.every((format) => READ_FORMATS.has(format))
}
