import type { OverlayOptions, Sharp } from 'sharp'
import { AppError } from '../../shared/errors.ts'
import type { Watermark, WatermarkPosition } from '../../shared/model/output.ts'
import type { Size } from './outputSize.ts'
import { sharp } from './safeSharp.ts'
import { sharpError } from './sharpError.ts'
import { sharpInput } from './sharpInput.ts'

/** Not premultiplied. */
type Mark = { readonly rgba: Buffer; readonly widthPx: number; readonly heightPx: number }

/** A logo larger than this is a mistake. */
const MAX_MARK_PIXELS = 50_000_000

/** The size only matters as a measure: what is drawn is drawn again at the size it needs. */
const FONT = 'sans bold 24'
const MEASURING_DPI = 72

/** Around the letters, of their height: room for a shadow that keeps white letters legible before a white sky. */
const SHADOW_SHARE = 0.08
const SHADOW_STRENGTH = 0.6

/**
 * The mark for a frame of this size, with its place in it.
 *
 * @param frame Of the finished, upright rendition.
 * @param isP3 Whether the frame's numbers are Display P3, into which a coloured mark is then converted.
 * @throws AppError `file-missing`, `file-unreadable`, `picture-…` naming the watermark.
 */
export async function drawWatermark(watermark: Watermark, frame: Size, isP3: boolean): Promise<OverlayOptions> {
  const { opacityPercent, position } = watermark
  const marginPx = Math.round((Math.min(frame.widthPx, frame.heightPx) * watermark.marginPercent) / 100)
  const room = {
    widthPx: roomFor(frame.widthPx, watermark.sizePercent, marginPx),
    heightPx: roomFor(frame.heightPx, watermark.sizePercent, marginPx)
  }
  const mark =
    watermark.kind === 'text' ? await drawText(watermark.text, room) : await drawImage(watermark.path, room, isP3)
  fade(mark.rgba, opacityPercent / 100)
  return {
    input: mark.rgba,
    raw: { width: mark.widthPx, height: mark.heightPx, channels: 4 },
    ...place(mark, frame, position, marginPx)
  }
}

function roomFor(sidePx: number, percent: number, marginPx: number): number {
  return Math.max(1, Math.min(Math.round((sidePx * percent) / 100), sidePx - 2 * marginPx))
}

/** White letters with a soft dark edge. */
async function drawText(text: string, room: Size): Promise<Mark> {
  try {
    const atMeasure = await letters(text, MEASURING_DPI)
    const wanted = Math.min(
      room.widthPx / (atMeasure.widthPx + 2 * SHADOW_SHARE * atMeasure.heightPx),
      room.heightPx / (atMeasure.heightPx * (1 + 2 * SHADOW_SHARE))
    )
    return await shade(await letters(text, Math.max(1, Math.floor(MEASURING_DPI * wanted))), room)
  } catch (error) {
    throw new AppError('picture-unsupported', 'The watermark could not be written: is there a font?', { cause: error })
  }
}

type Mask = Size & { readonly coverage: Buffer }

async function letters(text: string, dpi: number): Promise<Mask> {
  const drawn = sharp({ text: { text: escapeMarkup(text), font: FONT, dpi, wrap: 'none' } })
  return toMask(drawn)
}

async function toMask(picture: Sharp): Promise<Mask> {
  const { data, info } = await picture.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
  return { coverage: data, widthPx: info.width, heightPx: info.height }
}

async function shade({ coverage, widthPx, heightPx }: Mask, room: Size): Promise<Mark> {
  const edgePx = Math.ceil(heightPx * SHADOW_SHARE)
  const padded = await sharp(coverage, { raw: { width: widthPx, height: heightPx, channels: 1 } })
    .extend({ top: edgePx, bottom: edgePx, left: edgePx, right: edgePx, background: '#000' })
    .png({ compressionLevel: 0 })
    .toBuffer()
  // Below one dot to the inch letters get no smaller by themselves.
  const inside = { width: room.widthPx, height: room.heightPx, fit: 'inside', withoutEnlargement: true } as const
  const text = await toMask(sharp(padded).resize(inside))
  const shadow = await toMask(
    sharp(padded)
      .blur(Math.max(0.3, edgePx / 2))
      .resize(inside)
  )
  const rgba = Buffer.alloc(text.coverage.length * 4)
  for (const [index, white] of text.coverage.entries()) {
    const dark = ((shadow.coverage[index] ?? 0) * SHADOW_STRENGTH * (255 - white)) / 255
    const grey = white + dark === 0 ? 0 : Math.round((255 * white) / (white + dark))
    rgba.fill(grey, index * 4, index * 4 + 3)
    rgba[index * 4 + 3] = Math.round(white + dark)
  }
  return { rgba, widthPx: text.widthPx, heightPx: text.heightPx }
}

/** Pango reads marks like HTML's. */
function escapeMarkup(text: string): string {
  const printable = [...text].filter((character) => character >= ' ' || character === '\n').join('')
  return printable.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

async function drawImage(path: string, room: Size, isP3: boolean): Promise<Mark> {
  try {
    const picture = sharp(await sharpInput(path), { failOn: 'error', limitInputPixels: MAX_MARK_PIXELS })
      .autoOrient()
      .resize({ width: room.widthPx, height: room.heightPx, fit: 'inside' })
      .toColourspace('srgb')
      .ensureAlpha()
    const { data, info } = await (isP3 ? picture.withIccProfile('p3') : picture)
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    return { rgba: data, widthPx: info.width, heightPx: info.height }
  } catch (error) {
    throw sharpError(error, `The watermark ${path}`)
  }
}

function fade(rgba: Buffer, opacity: number): void {
  for (let at = 3; at < rgba.length; at += 4) rgba[at] = Math.round((rgba[at] ?? 0) * opacity)
}

function place(mark: Size, frame: Size, position: WatermarkPosition, marginPx: number): { left: number; top: number } {
  const across = frame.widthPx - mark.widthPx
  const down = frame.heightPx - mark.heightPx
  const at = (name: WatermarkPosition, before: string, after: string, spare: number): number => {
    if (name.includes(before)) return Math.min(marginPx, spare)
    return name.includes(after) ? Math.max(0, spare - marginPx) : Math.floor(spare / 2)
  }
  return { left: at(position, 'left', 'right', across), top: at(position, 'top', 'bottom', down) }
}
