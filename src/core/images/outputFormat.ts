import type { Rendition, RenditionFormat } from '../../shared/model/output.ts'

/** What a rendition can be in the end. GIF is only ever kept, never chosen. */
export type EncodedFormat = RenditionFormat | 'gif'

export const formatTypes: Readonly<
  Record<EncodedFormat, { readonly extension: string; readonly contentType: string }>
> = {
  webp: { extension: 'webp', contentType: 'image/webp' },
  jpeg: { extension: 'jpg', contentType: 'image/jpeg' },
  avif: { extension: 'avif', contentType: 'image/avif' },
  png: { extension: 'png', contentType: 'image/png' },
  gif: { extension: 'gif', contentType: 'image/gif' }
}

const keptFormats: Readonly<Record<string, EncodedFormat>> = {
  'image/webp': 'webp',
  'image/jpeg': 'jpeg',
  'image/avif': 'avif',
  'image/png': 'png',
  'image/apng': 'png',
  'image/gif': 'gif'
}

/** The format that is written. What browsers do not show (TIFF, HEIC, RAW) is kept as JPEG. */
export function encodedFormat(format: Rendition['format'], sourceContentType: string): EncodedFormat {
  return format === 'keep' ? (keptFormats[sourceContentType] ?? 'jpeg') : format
}
