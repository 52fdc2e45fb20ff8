import { readFile } from 'node:fs/promises'
import type { Metadata, Sharp } from 'sharp'
import { AppError } from '../../shared/errors.ts'
import { fileReadError } from './fileReadError.ts'
import type { Size } from './outputSize.ts'
import { sharp } from './safeSharp.ts'
import { wrapAsTiff } from './tiff.ts'

/**
 * Decodes an iPhone's HEIC (HEVC), which sharp cannot, by libheif in WebAssembly. The pixels come upright: EXIF's
 * orientation, which still says otherwise, must not be applied again (photo-facts §6.3).
 *
 * Blocks its thread for as long as it takes, about a second per 12 MP; memory once taken is not given back.
 *
 * @param metadata What sharp says of the same file: its profile and whether it has alpha.
 * @throws AppError `file-…`, `picture-unsupported` for brands without a plain picture, `picture-damaged`.
 */
export async function decodeHeic(path: string, metadata: Metadata): Promise<Size & { readonly picture: Sharp }> {
  const file = await readFile(path).catch((error: unknown) => {
    throw fileReadError(error, path)
  })
  const { default: decode } = await import('heic-decode')
  const { width, height, data } = await decode({ buffer: file }).catch((error: unknown) => {
    const isForeign = error instanceof TypeError // a brand the decoder does not take
    throw new AppError(isForeign ? 'picture-unsupported' : 'picture-damaged', path, { cause: error })
  })
  const rgba = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const picture = metadata.icc
    ? sharp(wrapAsTiff(rgba, width, height, 4, metadata.icc), { limitInputPixels: false })
    : sharp(rgba, { raw: { width, height, channels: 4 }, limitInputPixels: false })
  return { widthPx: width, heightPx: height, picture: metadata.hasAlpha ? picture : picture.removeAlpha() }
}
