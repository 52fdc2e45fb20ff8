import type { FrameKind } from '../model/frame.ts'

/** What a frame is, as a heading or beside a box to tick. */
export const kindWords: Readonly<Record<FrameKind, string>> = {
  photo: 'Photos',
  raw: 'RAW',
  video: 'Videos',
  pdf: 'PDF',
  sidecar: 'Sidecars (XMP)',
  other: 'Everything else'
}
