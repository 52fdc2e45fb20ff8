// The package brings no types.
declare module 'heic-decode' {
  type Decoded = { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray }
  /** Decodes the primary picture to RGBA, already turned as the file says. */
  export default function decode(options: { buffer: Uint8Array }): Promise<Decoded>
}
