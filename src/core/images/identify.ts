import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileTypeFromBuffer } from 'file-type'
import { AppError } from '../../shared/errors.ts'
import type { FrameFacts } from './FrameFacts.ts'
import { fileReadError } from './fileReadError.ts'
import { typeOfExtension, usualExtension } from './fileTypes.ts'

export type Identity = Pick<FrameFacts, 'kind' | 'contentType' | 'extension' | 'mismatch'>

/** Read for the signature. ISO-BMFF brands, ZIP names and TIFF directories of the usual writers lie well inside. */
const HEAD_BYTES = 64 * 1024

/** Types that are TIFF inside, for which a signature alone does not tell one maker's RAW from another's or from a scan. */
const TIFF_SIGNATURES = new Set(['tif', 'arw', 'cr2', 'nef', 'orf', 'rw2'])

/** One family of containers that cameras name as they like: a `.mov` with the brand of an MP4 misleads nobody. */
const MOVIE_FAMILY = new Set(['mp4', 'mov', 'm4v', '3gp', 'nev', 'lrv', 'lrf'])

/** Extensions whose files hold another type inside by design. */
const HOLDS: Readonly<Record<string, string>> = {
  aae: 'xml',
  crm: 'cr3',
  eip: 'zip',
  on1: 'xml',
  svg: 'xml',
  thm: 'jpg',
  xmp: 'xml'
}

/**
 * Names a file's type: by its signature first, by its extension where the bytes carry none.
 *
 * A file whose bytes are plainly not what its name says (text named `.jpg`) is of kind `other`, so that nothing tries to
 * render it, and its content type is that of its bytes.
 *
 * @throws AppError `file-missing`, `file-unreadable`; also for what is no regular file.
 */
export async function identify(path: string): Promise<Identity> {
  const head = await readHead(path)
  const named = extname(path).slice(1).toLowerCase()
  const usual = usualExtension(named)
  if (head.length === 0) return { ...ofNothing(usual), mismatch: null }
  const signature = await signatureOf(head)
  if (signature === null) return withoutSignature(head, named, usual)

  const is = resolve(signature.extension, usual)
  const type = typeOfExtension(is) ?? { kind: 'other' as const, contentType: signature.contentType }
  const misleads = is !== usual && typeOfExtension(usual) !== null
  return { ...type, extension: is, mismatch: misleads ? { named, is } : null }
}

/** An empty file claims nothing: it has the type of its name, and no pixels that anyone should look for. */
function ofNothing(usual: string): Omit<Identity, 'mismatch'> {
  return {
    kind: 'other',
    contentType: typeOfExtension(usual)?.contentType ?? 'application/octet-stream',
    extension: usual === '' ? 'bin' : usual
  }
}

async function readHead(path: string): Promise<Uint8Array> {
  try {
    // Opening a named pipe would wait for its writer. Windows has neither such pipes nor the flag.
    await using file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    if (!(await file.stat()).isFile()) throw new AppError('file-unreadable', `${path} is not a regular file`)
    const { buffer, bytesRead } = await file.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    throw fileReadError(error, path)
  }
}

async function signatureOf(head: Uint8Array): Promise<{ extension: string; contentType: string } | null> {
  const own = ownSignature(head)
  if (own !== null) return { extension: own, contentType: typeOfExtension(own)?.contentType ?? '' }
  const found = await fileTypeFromBuffer(head)
  if (found) return { extension: usualExtension(found.ext), contentType: found.mime }
  return isTiff(head) ? { extension: 'tif', contentType: 'image/tiff' } : null
}

/** Many programs write a TIFF's directory behind its pixels, where `file-type` would look for the maker and gives up. */
function isTiff(head: Uint8Array): boolean {
  const text = Buffer.from(head.subarray(0, 4)).toString('latin1')
  return ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(text)
}

/** RAW containers that `file-type` does not know, or only some of (photo-facts §1.1). */
function ownSignature(head: Uint8Array): string | null {
  const text = Buffer.from(head.subarray(0, 16)).toString('latin1')
  if (text.startsWith('FOVb')) return 'x3f'
  if (/^(IIRO|IIRS|MMOR)/.test(text)) return 'orf'
  if (text.startsWith('IIU\0')) return 'rw2'
  if (text.startsWith('\0MRM')) return 'mrw'
  if (text.slice(6, 14) === 'HEAPCCDR') return 'crw'
  return null
}

/** The signature's answer, made finer by the extension where one container serves several types. */
function resolve(signature: string, usual: string): string {
  if (TIFF_SIGNATURES.has(signature)) {
    if (usual === 'tif' || typeOfExtension(usual)?.kind === 'raw') return usual
    // Tag 50341, by which ARW is told, is PrintIM and stands in many a camera's TIFF.
    return signature === 'arw' ? 'tif' : signature
  }
  if (MOVIE_FAMILY.has(signature) && MOVIE_FAMILY.has(usual)) return usual
  return HOLDS[usual] === signature ? usual : signature
}

function withoutSignature(head: Uint8Array, named: string, usual: string): Identity {
  const type = typeOfExtension(usual)
  const isText = looksLikeText(head)
  if (type !== null && mayLackSignature(type.kind, isText)) {
    return { ...type, extension: usual, mismatch: null }
  }
  const is = isText ? 'txt' : 'bin'
  return {
    kind: 'other',
    contentType: isText ? 'text/plain; charset=utf-8' : 'application/octet-stream',
    extension: type === null && named !== '' ? named : is,
    mismatch: type === null ? null : { named, is }
  }
}

/** Pictures and PDFs always have one. Some RAW and video files have none that we know; sidecars and pages are text. */
function mayLackSignature(kind: Identity['kind'], isText: boolean): boolean {
  switch (kind) {
    case 'photo':
    case 'pdf':
      return false
    case 'raw':
    case 'video':
      return !isText
    case 'sidecar':
    case 'other':
      return true
  }
}

/** UTF-8 without control characters but tab, line ends, form feed and escape. */
function looksLikeText(head: Uint8Array): boolean {
  try {
    // A character may be cut in two at the end of what was read; `stream` keeps that from counting as damage.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
  } catch {
    return false
  }
  return head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x1b)
}
