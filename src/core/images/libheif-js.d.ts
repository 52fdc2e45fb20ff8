/** libheif compiled to WebAssembly: its C functions, with addresses in `HEAPU8` for pointers. Errors come back at `error`. */
declare module 'libheif-js/wasm-bundle' {
  type Address = number

  const libheif: {
    readonly ready: Promise<unknown>
    /** Replaced when memory grows: not to be kept. */
    readonly HEAPU8: Uint8Array
    _malloc(bytes: number): Address
    _free(at: Address): void
    _heif_context_alloc(): Address
    _heif_context_free(context: Address): void
    /** The bytes must stay where they are until the context is freed. */
    _heif_context_read_from_memory_without_copy(
      error: Address,
      context: Address,
      at: Address,
      bytes: number,
      options: Address
    ): void
    _heif_context_get_primary_image_handle(error: Address, context: Address, handle: Address): void
    _heif_image_handle_get_list_of_thumbnail_IDs(handle: Address, ids: Address, most: number): number
    _heif_image_handle_get_thumbnail(error: Address, handle: Address, id: number, thumbnail: Address): void
    _heif_image_handle_get_width(handle: Address): number
    _heif_image_handle_get_height(handle: Address): number
    _heif_image_handle_release(handle: Address): void
    _heif_decode_image(
      error: Address,
      handle: Address,
      image: Address,
      colourSpace: number,
      chroma: number,
      options: Address
    ): void
    _heif_image_get_width(image: Address, channel: number): number
    _heif_image_get_height(image: Address, channel: number): number
    _heif_image_get_plane_readonly(image: Address, channel: number, stride: Address): Address
    _heif_image_release(image: Address): void
  }
  export default libheif
}
