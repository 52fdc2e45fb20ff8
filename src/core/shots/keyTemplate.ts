import { AppError } from '../../shared/errors.ts'
import { nearWords } from './nearWords.ts'
import type { WallClock } from './wallClock.ts'

/** https://developers.cloudflare.com/r2/platform/limits/ : object key length, in bytes of UTF-8. */
export const MAX_KEY_BYTES = 1024

const plainTokens = [
  'collection',
  'folder',
  'file',
  'name',
  'ext',
  'output',
  'yyyy',
  'mm',
  'dd',
  'camera',
  'rating',
  'user',
  'uuid'
] as const
type PlainToken = (typeof plainTokens)[number]

/** Tokens that something may follow after a colon. */
const countedTokens = ['date', 'seq', 'sha256'] as const

export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: PlainToken }
  /** Holds yyyy, yy, MM, dd, HH, mm, ss and what stands between them. */
  | { readonly kind: 'date'; readonly format: string }
  /** Padded with zeros to so many digits. */
  | { readonly kind: 'seq'; readonly digits: number }
  /** The first so many hex digits. */
  | { readonly kind: 'sha256'; readonly digits: number }

export type Template = ReadonlyArray<TemplatePart>
export type TokenName = Exclude<TemplatePart['kind'], 'text'>

/** What a template is filled with. What is not known is `''`; a segment that stays empty is left out of the key. */
export type KeyValues = {
  readonly collection: string
  /** Below the collection's root, with `/`; `''` at the root. */
  readonly folder: string
  /** The object's whole name: of an original as the disk has it, with or without extension. */
  readonly file: string
  /** The frame's name without extension. */
  readonly name: string
  /** Of the object, without dot: a rendition's differs from its frame's. */
  readonly ext: string
  /** The output's id. */
  readonly output: string
  readonly takenAt: WallClock
  readonly camera: string
  /** Stars, 1 to 5; -1: rejected, as XMP has it. 0, null or absent: nobody rated it. */
  readonly rating?: number | null
  /** From 1 up. */
  readonly seq: number
  /** Of the frame's bytes, lower-case hex; may be `''` unless `needs(template, 'sha256')`. */
  readonly sha256: string
  readonly user: string
  readonly uuid: string
}

/**
 * Reads a key template such as `{collection}/{date:yyyy/MM}/{name}-{output}.{ext}`. Tokens: {collection} {folder} {file}
 * {name} {ext} {output} {date} {date:yyyy/MM} {yyyy} {mm} {dd} {camera} {rating} {seq} {seq:4} {sha256} {sha256:8} {user} {uuid}.
 *
 * @throws AppError `template-invalid`, whose message says what is wrong with which token.
 */
export function parseTemplate(text: string): Template {
  const parts: TemplatePart[] = []
  for (const [piece] of text.matchAll(/\{[^{}]*\}|[^{}]+|[{}]/g)) {
    if (piece === '{') throw invalid(text, 'a { is never closed')
    if (piece === '}') throw invalid(text, 'a } closes nothing')
    parts.push(piece.startsWith('{') ? parseToken(piece.slice(1, -1), text) : { kind: 'text', text: piece })
  }
  if (parts.length === 0) throw invalid(text, 'it is empty')
  return parts
}

/** Whether the template has this token: `sha256` means reading the whole frame, `seq` keeping count. */
export function needs(template: Template, token: TokenName): boolean {
  return template.some(({ kind }) => kind === token)
}

/**
 * The key below the prefixes: NFC, no empty, `.` or `..` segment, none that begins or ends with a dot or a blank, no
 * control character and no backslash; `/` comes from the template, {date:…} and {folder} alone. Unicode is kept.
 *
 * @throws AppError `key-invalid` if nothing is left.
 */
export function fillTemplate(template: Template, values: KeyValues): string {
  const key = template
    .map((part) => fillPart(part, values))
    .join('')
    .split('/')
    .map(trimSegment)
    .filter((segment) => segment !== '')
    .join('/')
  if (key === '') throw new AppError('key-invalid', `Nothing is left of the key of ${values.name}`)
  return key
}

/**
 * An object's key. Where the template does not tell outputs apart and there are several, `-{output}` is put before the
 * extension, so that two outputs of a frame can never overwrite each other.
 *
 * @returns NFC, at most 1,024 bytes of UTF-8.
 * @throws AppError `key-too-long`, `key-invalid`.
 */
export function buildKey(options: {
  /** `''` or ends in `/`; kept as typed, but for empty, `.` and `..` segments. */
  readonly accountPrefix: string
  readonly collectionPrefix: string
  readonly template: Template
  readonly hasSeveralOutputs: boolean
  readonly values: KeyValues
}): string {
  const { template, values } = options
  const isAmbiguous = options.hasSeveralOutputs && !needs(template, 'output')
  const prefix = keyPrefix(options.accountPrefix, options.collectionPrefix)
  const key = prefix + fillTemplate(isAmbiguous ? withOutput(template) : template, values)
  const keyBytes = Buffer.byteLength(key)
  if (keyBytes > MAX_KEY_BYTES) throw new AppError('key-too-long', `${keyBytes} bytes: ${key}`)
  return key
}

/** What all keys of a collection begin with: `''` or ends in `/`, whatever was typed, and never leads out of the bucket. */
export function keyPrefix(accountPrefix: string, collectionPrefix: string): string {
  return cleanPrefix(accountPrefix) + cleanPrefix(collectionPrefix)
}

function parseToken(token: string, template: string): TemplatePart {
  const [name = '', argument] = splitOnce(token, ':')
  if (name === 'date') return { kind: 'date', format: dateFormat(argument, template) }
  if (name === 'seq') return { kind: 'seq', digits: digitCount(name, argument, 1, 12, template) }
  if (name === 'sha256') return { kind: 'sha256', digits: digitCount(name, argument, 64, 64, template) }
  const kind = plainTokens.find((known) => known === name)
  if (kind === undefined) throw invalid(template, `{${token}} is not known; ${adviceFor(name)}`)
  if (argument !== undefined) throw invalid(template, `{${name}} takes nothing after a colon`)
  return { kind }
}

/** Names that the person may have meant, or else all there are. */
function adviceFor(name: string): string {
  const all = [...plainTokens, ...countedTokens]
  const near = nearWords(name, all)
  const list = (near.length > 0 ? near : all).map((known) => `{${known}}`).join(' ')
  return near.length > 0 ? `did you mean ${list}?` : `there are ${list}`
}

function dateFormat(format: string | undefined, template: string): string {
  if (format === undefined) return 'yyyy-MM-dd'
  if (!/^(?:yyyy|yy|MM|dd|HH|mm|ss|[-_./ ])+$/.test(format)) {
    throw invalid(template, `{date:${format}} may hold yyyy, yy, MM, dd, HH, mm, ss and - _ . / between them`)
  }
  return format
}

function digitCount(name: string, text: string | undefined, absent: number, most: number, template: string): number {
  if (text === undefined) return absent
  const count = /^\d{1,2}$/.test(text) ? Number(text) : 0
  if (count < 1 || count > most) throw invalid(template, `{${name}:${text}} takes a number from 1 to ${most}`)
  return count
}

function fillPart(part: TemplatePart, values: KeyValues): string {
  const { takenAt } = values
  switch (part.kind) {
    case 'text':
      return cleanText(part.text)
    case 'folder':
      return values.folder.split('/').map(makeSafe).join('/')
    case 'date':
      return part.format.replace(/yyyy|yy|MM|dd|HH|mm|ss/g, (field) => dateField(takenAt, field))
    case 'yyyy':
      return takenAt.yyyy
    case 'mm':
      return takenAt.MM // a month: minutes have no token of their own
    case 'dd':
      return takenAt.dd
    case 'rating':
      return ratingText(values.rating)
    case 'seq':
      return String(values.seq).padStart(part.digits, '0')
    case 'sha256':
      return values.sha256.slice(0, part.digits)
    default:
      return makeSafe(values[part.kind])
  }
}

function ratingText(rating: number | null | undefined): string {
  if (!rating) return ''
  return rating < 0 ? 'rejected' : String(rating)
}

function dateField(takenAt: WallClock, field: string): string {
  if (field === 'yy') return takenAt.yyyy.slice(-2)
  return Object.hasOwn(takenAt, field) ? takenAt[field as keyof WallClock] : field
}

/** Control characters, line and paragraph separators, backslashes. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\\]/gu

/** Unsafe characters are replaced rather than dropped, so that different names stay different. */
function cleanText(text: string): string {
  return text.toWellFormed().normalize('NFC').replace(UNSAFE, '-')
}

/** A value that stays within its segment. */
function makeSafe(value: string): string {
  return cleanText(value).replaceAll('/', '-')
}

function trimSegment(segment: string): string {
  return segment.normalize('NFC').replace(/^[.\s]+|[.\s]+$/gu, '')
}

function cleanPrefix(prefix: string): string {
  return cleanText(prefix)
    .split('/')
    .filter((segment) => !/^\.{0,2}$/.test(segment))
    .map((segment) => `${segment}/`)
    .join('')
}

/** Before the last dot that only an extension follows, or at the end. */
function withOutput(template: Template): Template {
  const output: Template = [{ kind: 'text', text: '-' }, { kind: 'output' }]
  if (template.at(-1)?.kind === 'file') {
    const dot: TemplatePart = { kind: 'text', text: '.' }
    return [...template.slice(0, -1), { kind: 'name' }, ...output, dot, { kind: 'ext' }]
  }
  const end = template.at(-1)?.kind === 'ext' ? template.length - 1 : template.length
  const last = template[end - 1]
  if (last?.kind !== 'text') return [...template.slice(0, end), ...output, ...template.slice(end)]
  const dot = /\.[^./]*$/.exec(last.text)?.index ?? last.text.length
  return [
    ...template.slice(0, end - 1),
    { kind: 'text', text: last.text.slice(0, dot) },
    ...output,
    { kind: 'text', text: last.text.slice(dot) },
    ...template.slice(end)
  ]
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}

function invalid(template: string, reason: string): AppError {
  return new AppError('template-invalid', `Template \`${template}\`: ${reason}`)
}
