import type { FrameKind } from '../../shared/model/frame.ts'

export type FileType = { readonly kind: FrameKind; readonly contentType: string }

const photo = (contentType: string): FileType => ({ kind: 'photo', contentType })
const raw = (contentType: string): FileType => ({ kind: 'raw', contentType })
const video = (contentType: string): FileType => ({ kind: 'video', contentType })
const sidecar = (contentType: string): FileType => ({ kind: 'sidecar', contentType })
const other = (contentType: string): FileType => ({ kind: 'other', contentType })

/**
 * What a file is by the usual extension of its type. RAW names are ExifTool's type table, their content types those of
 * the freedesktop shared MIME database; sidecars are what Lightroom, Capture One, DxO, darktable, RawTherapee, ON1, NX
 * Studio, Apple Photos and cameras leave beside a picture.
 */
const types: Readonly<Record<string, FileType>> = {
  jpg: photo('image/jpeg'),
  png: photo('image/png'),
  webp: photo('image/webp'),
  avif: photo('image/avif'),
  tif: photo('image/tiff'),
  gif: photo('image/gif'),
  heic: photo('image/heic'),
  psd: photo('image/vnd.adobe.photoshop'),
  bmp: photo('image/bmp'),
  jxl: photo('image/jxl'),
  jp2: photo('image/jp2'),

  '3fr': raw('image/x-hasselblad-3fr'),
  arq: raw('image/x-sony-arq'),
  arw: raw('image/x-sony-arw'),
  cr2: raw('image/x-canon-cr2'),
  cr3: raw('image/x-canon-cr3'),
  crw: raw('image/x-canon-crw'),
  dcr: raw('image/x-kodak-dcr'),
  dcs: raw('image/x-kodak-dcs'),
  dng: raw('image/x-adobe-dng'),
  eip: raw('image/x-phaseone-eip'),
  erf: raw('image/x-epson-erf'),
  fff: raw('image/x-hasselblad-fff'),
  gpr: raw('image/x-gopro-gpr'),
  iiq: raw('image/x-phaseone-iiq'),
  k25: raw('image/x-kodak-k25'),
  kdc: raw('image/x-kodak-kdc'),
  mef: raw('image/x-mamiya-mef'),
  mos: raw('image/x-leaf-mos'),
  mrw: raw('image/x-minolta-mrw'),
  nef: raw('image/x-nikon-nef'),
  nrw: raw('image/x-nikon-nrw'),
  orf: raw('image/x-olympus-orf'),
  ori: raw('image/x-olympus-ori'),
  pef: raw('image/x-pentax-pef'),
  raf: raw('image/x-fuji-raf'),
  raw: raw('image/x-panasonic-raw'),
  rw2: raw('image/x-panasonic-rw2'),
  rwl: raw('image/x-leica-rwl'),
  sr2: raw('image/x-sony-sr2'),
  srf: raw('image/x-sony-srf'),
  srw: raw('image/x-samsung-srw'),
  x3f: raw('image/x-sigma-x3f'),

  mp4: video('video/mp4'),
  mov: video('video/quicktime'),
  m4v: video('video/x-m4v'),
  '3gp': video('video/3gpp'),
  avi: video('video/vnd.avi'),
  mkv: video('video/matroska'),
  webm: video('video/webm'),
  mpg: video('video/mpeg'),
  mts: video('video/mp2t'),
  wmv: video('video/x-ms-asf'),
  crm: video('video/x-canon-crm'),
  nev: video('video/x-nikon-nev'),
  r3d: video('video/x-red-r3d'),
  braw: video('video/x-blackmagic-braw'),

  pdf: { kind: 'pdf', contentType: 'application/pdf' },

  xmp: sidecar('application/rdf+xml'),
  aae: sidecar('application/x-apple-aae'),
  cos: sidecar('application/x-captureone-settings'),
  comask: sidecar('application/x-captureone-mask'),
  dop: sidecar('application/x-dxo-settings'),
  pp3: sidecar('application/x-rawtherapee-settings'),
  arp: sidecar('application/x-art-settings'),
  on1: sidecar('application/x-on1-settings'),
  nksc: sidecar('application/x-nikon-nx-settings'),
  vrd: sidecar('application/x-canon-vrd'),
  dr4: sidecar('application/x-canon-dr4'),
  thm: sidecar('image/jpeg'),
  lrv: sidecar('video/mp4'),
  lrf: sidecar('video/mp4'),
  srt: sidecar('application/x-subrip'),
  wav: sidecar('audio/wav'),

  // A picture site is pushed with its pages: these have no signature, and a browser refuses them under another type.
  css: other('text/css; charset=utf-8'),
  csv: other('text/csv; charset=utf-8'),
  html: other('text/html; charset=utf-8'),
  js: other('text/javascript; charset=utf-8'),
  json: other('application/json'),
  md: other('text/markdown; charset=utf-8'),
  svg: other('image/svg+xml'),
  txt: other('text/plain; charset=utf-8'),
  webmanifest: other('application/manifest+json'),
  xml: other('application/xml')
}

/** Other spellings of the same type, each with the usual one. */
const aliases: Readonly<Record<string, string>> = {
  jpeg: 'jpg',
  jpe: 'jpg',
  jfif: 'jpg',
  tiff: 'tif',
  apng: 'png',
  heif: 'heic',
  hif: 'heic',
  psb: 'psd',
  m2ts: 'mts',
  qt: 'mov',
  htm: 'html',
  mjs: 'js',
  asf: 'wmv'
}

/** The usual spelling of an extension: `jpeg` is `jpg`. Unknown ones stay as they are. */
export function usualExtension(extension: string): string {
  return aliases[extension] ?? extension
}

/** What a usual extension stands for, or null if we do not know it. */
export function typeOfExtension(extension: string): FileType | null {
  return Object.hasOwn(types, extension) ? (types[extension] ?? null) : null
}
