import { rename, rm, writeFile } from 'node:fs/promises'
import type { Metadata } from 'sharp'
import { AppError, type Problem, toProblem } from '../../shared/errors.ts'
import type { Rendered, RenderJob, RenderResult } from './Darkroom.ts'
import { type Description, readDescription } from './description.ts'
import { develop, developPreview, type Negative } from './develop.ts'
import type { ExifToolReader } from './ExifToolReader.ts'
import {
  CONTENT_TYPES,
  type Encoded,
  encode,
  encodeAnimation,
  encodePreview,
  longestEdgePx,
  PREVIEW_LONG_EDGE_PX
} from './encode.ts'
import { failedRendering } from './failedRendering.ts'
import { maxPixels, requireAffordable } from './limits.ts'
import { partPath } from './partPath.ts'
import { readRawPreview } from './readRawPreview.ts'
import { sharp } from './safeSharp.ts'
import { sharpError } from './sharpError.ts'
import { sharpInput } from './sharpInput.ts'

type Ordered = RenderJob['renditions'][number]

/**
 * Makes all outputs of one frame from one decode. The same frame and job give the same bytes.
 *
 * @param budgetBytes Memory a decoder may take.
 * @param exiftool Finds the picture a RAW carries for showing.
 * @throws AppError `disk-full`. What goes wrong with the picture is in the result.
 */
export async function render(job: RenderJob, budgetBytes: number, exiftool: ExifToolReader): Promise<RenderResult> {
  if (job.kind === 'raw') return showRaw(job, exiftool)
  try {
    if (job.kind !== 'photo') throw new AppError('picture-unsupported', `Not rendered, being ${job.kind}: ${job.path}`)
    const metadata = await readHeader(job.path)
    const description = readDescription(metadata)
    const isMoving = (metadata.pages ?? 1) > 1 && (metadata.format === 'gif' || metadata.format === 'webp')
    const moving = job.renditions.filter(({ rendition }) => isMoving && rendition.format === 'webp')
    const still = job.renditions.filter((ordered) => !moving.includes(ordered))
    requireAffordable(metadata, 1, budgetBytes)

    const negative =
      still.length > 0 || job.previewPath !== null
        ? await develop(job.path, metadata, description, longestEdgePx(still.map(({ rendition }) => rendition)))
        : null
    const renditions: Rendered[] = []
    for (const ordered of job.renditions) {
      const encoded =
        negative === null || moving.includes(ordered)
          ? () => encodeMoving(job.path, metadata, ordered, description, budgetBytes)
          : () => encode(negative, ordered.rendition, description)
      renditions.push(await finish(ordered, job.path, encoded))
    }
    return { renditions, preview: await makePreview(job, negative) }
  } catch (error) {
    return failedRendering(job, sharpError(error, job.path))
  }
}

/**
 * A RAW is shown by the picture it carries, but no output is made of it: that picture is seldom of full size, and sharp,
 * which would open a DNG or a NEF, takes the thumbnail for the whole (photo-facts §6.1).
 */
async function showRaw(job: RenderJob, exiftool: ExifToolReader): Promise<RenderResult> {
  const { renditions } = failedRendering(
    job,
    new AppError('picture-unsupported', `RAW pictures are not developed: ${job.path}`)
  )
  if (job.previewPath === null) return { renditions, preview: null }
  try {
    const { jpeg, orientation } = await readRawPreview(job.path, exiftool)
    const negative = await developPreview(jpeg, orientation, PREVIEW_LONG_EDGE_PX, job.path)
    return { renditions, preview: await makePreview(job, negative) }
  } catch (error) {
    return { renditions, preview: failedRendering(job, sharpError(error, job.path)).preview }
  }
}

async function readHeader(path: string): Promise<Metadata> {
  return sharp(await sharpInput(path), { limitInputPixels: false }).metadata()
}

async function encodeMoving(
  path: string,
  metadata: Metadata,
  { rendition }: Ordered,
  description: Description,
  budgetBytes: number
): Promise<Encoded> {
  requireAffordable(metadata, metadata.pages ?? 1, budgetBytes)
  const options = { animated: true, failOn: 'error', limitInputPixels: maxPixels(metadata) } as const
  return encodeAnimation(sharp(await sharpInput(path), options), rendition, description)
}

/** One output's failure is its own; a full disk is everybody's. */
async function finish({ rendition, path }: Ordered, source: string, make: () => Promise<Encoded>): Promise<Rendered> {
  try {
    const { bytes, widthPx, heightPx } = await make()
    await writeWhole(path, bytes)
    const contentType = CONTENT_TYPES[rendition.format]
    return { outputId: rendition.id, ok: true, path, sizeBytes: bytes.length, widthPx, heightPx, contentType }
  } catch (error) {
    return { outputId: rendition.id, ok: false, problem: problemOf(error, source) }
  }
}

async function makePreview(
  { previewPath, path }: RenderJob,
  negative: Negative | null
): Promise<RenderResult['preview']> {
  if (previewPath === null || negative === null) return null
  try {
    await writeWhole(previewPath, await encodePreview(negative))
    return { ok: true }
  } catch (error) {
    return { ok: false, problem: problemOf(error, path) }
  }
}

function problemOf(error: unknown, source: string): Problem {
  const known = sharpError(error, source)
  if (known.code === 'disk-full') throw known
  return toProblem(known)
}

/** @throws AppError `disk-full`, or `internal` for a spool folder that cannot be written to. */
async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  const part = partPath(path)
  try {
    await writeFile(part, bytes)
    await rename(part, path)
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined) // what failed first is what counts
    const code = error instanceof Error && 'code' in error ? error.code : null
    const isFull = code === 'ENOSPC' || code === 'EDQUOT'
    throw new AppError(isFull ? 'disk-full' : 'internal', `Could not write ${path}`, { cause: error })
  }
}
