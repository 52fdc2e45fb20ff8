import { open } from 'node:fs/promises'

/** The `meta` box, which names the colours, stands at the front of every camera's file; a PNG's `cICP` before its pixels. */
const HEAD_BYTES = 64 * 1024

/** ITU-T H.273, table 3: PQ and HLG. */
const HDR_TRANSFERS = new Set([16, 18])

/**
 * Whether the pixels of an AVIF, HEIC or PNG are coded for an HDR display. libvips 8.18 does not look and decodes them as
 * if they were sRGB, flat and grey (photo-facts §5.3).
 *
 * @param format As sharp names it.
 */
export async function isHdr(path: string, format: string): Promise<boolean> {
  if (format !== 'heif' && format !== 'png') return false
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
  const head = buffer.subarray(0, bytesRead)
  return format === 'png' ? isHdrPng(head) : isHdrHeif(head)
}

function isHdrHeif(head: Buffer): boolean {
  // With a tone map (`tmap`, ISO 21496-1) the coded picture is SDR, and the HDR colours are those of the derived one.
  if (head.includes('tmap')) return false
  for (let at = head.indexOf('colrnclx'); at !== -1; at = head.indexOf('colrnclx', at + 1)) {
    if (at + 12 <= head.length && HDR_TRANSFERS.has(head.readUInt16BE(at + 10))) return true
  }
  return false
}

/** PNG, third edition, 11.3.2.6: a chunk of four bytes, the second of which is the transfer function. */
function isHdrPng(head: Buffer): boolean {
  const end = head.indexOf('IDAT')
  const at = (end === -1 ? head : head.subarray(0, end)).indexOf('\0\0\0\u0004cICP')
  return at !== -1 && at + 10 <= head.length && HDR_TRANSFERS.has(head.readUInt8(at + 9))
}
