import type { Size } from './outputSize.ts'

/** libheif's `heif_colorspace_RGB`, `heif_chroma_interleaved_RGB` and `heif_channel_interleaved`. */
const RGB = 1
const INTERLEAVED_RGB = 10
const INTERLEAVED = 10

/** Code, subcode and the address of words. */
const ERROR_BYTES = 12
const POINTER_BYTES = 4

export type HeicThumb = {
  /** RGB, without gaps, turned as the file says. */
  readonly pixels: Uint8Array
  readonly size: Size
  /** The picture that it belongs to, turned as well. */
  readonly ofSize: Size
}

/**
 * The thumbnail in an iPhone's HEIC, 320 × 240 as a rule: a few milliseconds, where the picture itself takes a second or
 * more (photo-facts §6.3).
 *
 * @returns null where there is none, or none that can be decoded.
 */
export async function heicThumb(file: Uint8Array): Promise<HeicThumb | null> {
  const { default: libheif } = await import('libheif-js/wasm-bundle')
  await libheif.ready
  const freed: Array<() => void> = []
  const reserve = (bytes: number) => {
    const at = libheif._malloc(bytes)
    freed.push(() => libheif._free(at))
    return at
  }
  const numberAt = (at: number) => new DataView(libheif.HEAPU8.buffer).getUint32(at, true)
  const [error, result] = [reserve(ERROR_BYTES), reserve(POINTER_BYTES)]
  /** What a call leaves at `result`, or null if it failed. */
  const resultOf = (call: () => void, release: (address: number) => void) => {
    call()
    if (numberAt(error) !== 0) return null
    const address = numberAt(result)
    freed.push(() => release(address))
    return address
  }

  try {
    const bytes = reserve(file.length)
    libheif.HEAPU8.set(file, bytes)
    const context = libheif._heif_context_alloc()
    freed.push(() => libheif._heif_context_free(context))
    libheif._heif_context_read_from_memory_without_copy(error, context, bytes, file.length, 0)
    if (numberAt(error) !== 0) return null
    const primary = resultOf(
      () => libheif._heif_context_get_primary_image_handle(error, context, result),
      (handle) => libheif._heif_image_handle_release(handle)
    )
    if (primary === null || libheif._heif_image_handle_get_list_of_thumbnail_IDs(primary, result, 1) < 1) return null
    const id = numberAt(result)
    const thumb = resultOf(
      () => libheif._heif_image_handle_get_thumbnail(error, primary, id, result),
      (handle) => libheif._heif_image_handle_release(handle)
    )
    if (thumb === null) return null
    const image = resultOf(
      () => libheif._heif_decode_image(error, thumb, result, RGB, INTERLEAVED_RGB, 0),
      (decoded) => libheif._heif_image_release(decoded)
    )
    if (image === null) return null
    const size = {
      widthPx: libheif._heif_image_get_width(image, INTERLEAVED),
      heightPx: libheif._heif_image_get_height(image, INTERLEAVED)
    }
    const plane = libheif._heif_image_get_plane_readonly(image, INTERLEAVED, result)
    if (plane === 0) return null
    const pixels = withoutGaps(libheif.HEAPU8.subarray(plane), numberAt(result), size)
    const ofSize = {
      widthPx: libheif._heif_image_handle_get_width(primary),
      heightPx: libheif._heif_image_handle_get_height(primary)
    }
    return { pixels, size, ofSize }
  } finally {
    for (const free of freed.reverse()) free()
  }
}

/** @param strideBytes From one row to the next. */
function withoutGaps(plane: Uint8Array, strideBytes: number, { widthPx, heightPx }: Size): Uint8Array {
  const rowBytes = widthPx * 3
  const pixels = new Uint8Array(rowBytes * heightPx)
  for (let row = 0; row < heightPx; row += 1) {
    pixels.set(plane.subarray(row * strideBytes, row * strideBytes + rowBytes), row * rowBytes)
  }
  return pixels
}
