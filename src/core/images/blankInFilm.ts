import { type FileHandle, open } from 'node:fs/promises'
import { AppError } from '../../shared/errors.ts'
import { MiB } from '../../shared/units.ts'
import { areWithin, type FilmBox, type Stretch } from './filmBoxes.ts'
import { type FilmIndex, type FilmTrack, readFilm } from './readFilm.ts'

/** Written at once. */
const ZEROS = Buffer.alloc(MiB)
const FREE = Buffer.from('free')
const LENGTH_BYTES = 4

/** What is to be taken out of a film. */
export type Blanked = {
  readonly tracks: ReadonlyArray<FilmTrack>
  /** Boxes of the film that become free space. */
  readonly boxes: ReadonlyArray<FilmBox>
  /** Stretches among the samples. */
  readonly blocks: ReadonlyArray<Stretch>
}

/**
 * Takes tracks out of a film in place: their samples become zeros, and what describes them free space. All else keeps its
 * bytes and its place; nothing is written where that cannot be.
 *
 * @param path Of a copy, to be thrown away where this fails.
 * @param index Of this very film.
 * @throws AppError `picture-unsupported` where nobody can tell where their samples are, or these are others' as well, or
 *   where the film is not found to have its other tracks afterwards.
 */
export async function blankInFilm(path: string, index: FilmIndex, { tracks, boxes, blocks }: Blanked): Promise<void> {
  await using handle = await open(path, 'r+')
  const gone = new Set(tracks)
  const keptTracks = index.tracks.filter((track) => !gone.has(track))
  const samples = tracks.flatMap(samplesOf)
  const kept = keptTracks.flatMap((track) => track.samples ?? [])
  requireWithin(index.media, samples)
  requireWithin([{ start: 0, end: (await handle.stat()).size }], [...samples, ...blocks, ...boxes])
  requireApart([...samples, ...blocks], [...kept, ...index.tracks])
  for (const stretch of [...samples, ...blocks]) await writeZeros(handle, stretch)
  for (const { start, contentStart, end } of [...tracks, ...boxes]) {
    await handle.write(FREE, 0, FREE.length, start + LENGTH_BYTES)
    await writeZeros(handle, { start: contentStart, end }) // behind a length of 64 bits, if it has one
  }
  requireSame(keptTracks, (await readFilm(path)).tracks)
}

function samplesOf({ number, formats, samples }: FilmTrack): ReadonlyArray<Stretch> {
  if (samples) return samples
  throw new AppError('picture-unsupported', `Nobody can tell where track ${number} (${formats.join()}) has its samples`)
}

/** @throws AppError where tables that are broken, or made to do harm, point to what is no sample. */
function requireWithin(places: ReadonlyArray<Stretch>, found: ReadonlyArray<Stretch>): void {
  if (areWithin(places, found)) return
  throw new AppError('picture-unsupported', 'What is to be taken out lies where no film has it')
}

/** @throws AppError where a picture, a sound or what describes them would be blanked as well. */
function requireApart(blanked: ReadonlyArray<Stretch>, kept: ReadonlyArray<Stretch>): void {
  const all = [
    ...blanked.map(({ start, end }) => ({ start, end, isKept: false })),
    ...kept.map(({ start, end }) => ({ start, end, isKept: true }))
  ]
  all.sort((one, other) => one.start - other.start)
  let keptEnd = 0
  let blankedEnd = 0
  for (const { start, end, isKept } of all) {
    if (start < (isKept ? blankedEnd : keptEnd)) {
      throw new AppError('picture-unsupported', 'What is to be taken out of the film is a part of what stays')
    }
    if (isKept) keptEnd = Math.max(keptEnd, end)
    else blankedEnd = Math.max(blankedEnd, end)
  }
}

/** @throws AppError where a film is not found to have the tracks that it should. */
function requireSame(kept: ReadonlyArray<FilmTrack>, left: ReadonlyArray<FilmTrack>): void {
  const isSame = ({ start, handler }: FilmTrack, ordinal: number) =>
    left[ordinal]?.start === start && left[ordinal].handler === handler
  if (left.length === kept.length && kept.every(isSame)) return
  throw new AppError('picture-unsupported', 'The film lost more tracks than were to be taken out of it')
}

async function writeZeros(handle: FileHandle, { start, end }: Stretch): Promise<void> {
  for (let at = start; at < end; at += ZEROS.length) {
    await handle.write(ZEROS, 0, Math.min(ZEROS.length, end - at), at)
  }
}
