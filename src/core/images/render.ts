import { type AppError, type Problem, toProblem } from '../../shared/errors.ts'
import { type RenditionColour, renditionColours } from '../../shared/model/output.ts'
import { animate, staysMoving } from './animate.ts'
import { copyTags, needsTags } from './copyTags.ts'
import type { Rendered, RenderJob, RenderResult } from './Darkroom.ts'
import { develop } from './develop.ts'
import type { ExifToolReader } from './ExifToolReader.ts'
import { type Encoded, encode } from './encode.ts'
import { failedRendering } from './failedRendering.ts'
import { roomError } from './limits.ts'
import { openSource, type Source } from './openSource.ts'
import { type EncodedFormat, encodedFormat, formatTypes } from './outputFormat.ts'
import { longEdgeOf, type OutputSize, outputSize } from './outputSize.ts'
import { print } from './print.ts'
import { sealPicture } from './sealedPicture.ts'
import { sharpError } from './sharpError.ts'
import { makeThumb, THUMB_LONG_EDGE_PX, type Thumb } from './thumb.ts'
import { thumbSource } from './thumbSource.ts'
import { writeWhole } from './writeWhole.ts'

/** A frame on the table, with what is at hand for it. */
type Table = {
  readonly job: RenderJob
  readonly source: Source
  readonly budgetBytes: number
  readonly exiftool: ExifToolReader
}

type Planned = RenderJob['renditions'][number] & { readonly format: EncodedFormat; readonly size: OutputSize }

/**
 * Makes all outputs of one frame, those of one colour from one decode. The same frame and job give the same bytes.
 *
 * @param budgetBytes Memory a decoder may take.
 * @param exiftool Finds the picture a RAW carries for showing, and copies metadata where that is asked for.
 * @throws AppError `disk-full`. What goes wrong with the picture is in the result.
 */
export async function render(job: RenderJob, budgetBytes: number, exiftool: ExifToolReader): Promise<RenderResult> {
  try {
    const small = job.renditions.length === 0 ? await thumbSource(job) : null
    const source = small ?? (await openSource(job, budgetBytes, exiftool))
    const table = { job, source, budgetBytes, exiftool }
    if (source.reservation === null) return await renderAll(table)
    const { renditions } = failedRendering(job, source.reservation)
    return { ...(await renderAll({ ...table, job: { ...job, renditions: [] } })), renditions }
  } catch (error) {
    return failedRendering(job, sharpError(error, job.path))
  }
}

async function renderAll(table: Table): Promise<RenderResult> {
  const { job, source, budgetBytes } = table
  const made = new Map<string, Rendered>()
  const stills: Planned[] = []
  for (const ordered of job.renditions) {
    const { rendition } = ordered
    const format = encodedFormat(rendition.format, job.contentType)
    const planned = { ...ordered, format, size: outputSize(rendition, source.size, format) }
    if (staysMoving(source, format)) {
      made.set(rendition.id, await finish(planned, table, () => animate(source, rendition, format, budgetBytes)))
      continue
    }
    const tooLarge = roomFor(planned, source, budgetBytes)
    if (tooLarge === null) stills.push(planned)
    else made.set(rendition.id, { outputId: rendition.id, ok: false, problem: toProblem(tooLarge) })
  }
  let preview: RenderResult['preview'] = null
  for (const colour of renditionColours) {
    const previewPath = colour === 'srgb' ? job.previewPath : null
    const renditions = stills.filter(({ rendition }) => rendition.colour === colour)
    if (renditions.length === 0 && previewPath === null) continue
    const result = await renderColour(colour, renditions, { ...table, job: { ...job, renditions, previewPath } })
    for (const each of result.renditions) made.set(each.outputId, each)
    preview ??= result.preview
  }
  return { renditions: job.renditions.flatMap(({ rendition }) => made.get(rendition.id) ?? []), preview }
}

async function renderColour(
  colour: RenditionColour,
  renditions: ReadonlyArray<Planned>,
  table: Table
): Promise<RenderResult> {
  const { job, source } = table
  try {
    const edges = renditions.map(({ size }) => size.decodedEdgePx)
    const negative = await develop(source, colour, Math.max(THUMB_LONG_EDGE_PX, ...edges))
    const made: Rendered[] = []
    for (const planned of renditions) {
      const { rendition, format, size } = planned
      const make = async () =>
        encode(await print(negative, rendition, size, job.path), rendition, format, source.description)
      made.push(await finish(planned, table, make))
    }
    return { renditions: made, preview: await makePreview(job, () => makeThumb(negative)) }
  } catch (error) {
    return failedRendering(job, sharpError(error, job.path))
  }
}

/** A picture that is only reduced is finished with its decoding. */
function roomFor({ size, rendition }: Planned, source: Source, budgetBytes: number): AppError | null {
  const scale = size.decodedEdgePx / longEdgeOf(source.size)
  const negativePixels = source.size.widthPx * source.size.heightPx * scale * scale
  const { sharpening, watermark, enlarges } = rendition
  const isPrinted = size.crops || enlarges || sharpening !== 'none' || watermark !== null
  return roomError(negativePixels, isPrinted ? size.widthPx * size.heightPx : 0, budgetBytes)
}

/** One output's failure is its own; a full disk is everybody's. */
async function finish(planned: Planned, { job, exiftool }: Table, make: () => Promise<Encoded>): Promise<Rendered> {
  const { rendition, path, format } = planned
  try {
    const { bytes, widthPx, heightPx } = await make()
    const sizeBytes = await writeWhole(path, bytes, async (part) => {
      if (needsTags(rendition.metadata)) await copyTags(job.path, part, rendition, exiftool)
    })
    const { contentType } = formatTypes[format]
    return { outputId: rendition.id, ok: true, path, sizeBytes, widthPx, heightPx, contentType }
  } catch (error) {
    return { outputId: rendition.id, ok: false, problem: problemOf(error, job.path) }
  }
}

async function makePreview(
  { previewPath, path }: RenderJob,
  make: () => Promise<Thumb>
): Promise<RenderResult['preview']> {
  if (previewPath === null) return null
  try {
    const { webp, thumbhash } = await make()
    await writeWhole(previewPath, sealPicture(webp))
    return { ok: true, thumbhash }
  } catch (error) {
    return { ok: false, problem: problemOf(error, path) }
  }
}

/** @throws AppError `disk-full` */
function problemOf(error: unknown, source: string): Problem {
  const known = sharpError(error, source)
  if (known.code === 'disk-full') throw known
  return toProblem(known)
}
