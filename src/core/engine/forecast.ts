import { basename } from 'node:path'
import type { Account } from '../../shared/model/account.ts'
import type { CollectionRules } from '../../shared/model/collection.ts'
import type { Forecast } from '../../shared/model/frame.ts'
import type { Rendition } from '../../shared/model/output.ts'
import type { Frame } from '../catalog/records.ts'
import type { Expanded } from '../files/expandPaths.ts'
import type { FrameFile } from '../files/FrameFile.ts'
import type { FrameFacts } from '../images/FrameFacts.ts'
import { typeOfExtension, usualExtension } from '../images/fileTypes.ts'
import { buildKey, parseTemplate } from '../shots/keyTemplate.ts'
import { leftOutByKind, leftOutByName } from '../shots/leftOutBy.ts'
import { wallClockOf } from '../shots/wallClock.ts'
import { countPutRequests } from '../transfer/planParts.ts'
import { folderOf, renditionType, renditionTypes, splitName } from '../transfer/prepareFrame.ts'

/** US$; Standard class, beyond the free tier. @see https://developers.cloudflare.com/r2/pricing/ */
export const STORAGE_USD_GB_MONTH = 0.015
export const CLASS_A_USD = 4.5 / 1_000_000

/** A 2048 px WebP at quality 85 from a 12 MP JPEG; mean of the sample shoot, for a forecast before anything is made. */
export const RENDITION_BYTES = 400_000

const PICTURE = /\.(jpe?g|png|webp|avif|gif|tiff?|hei[cf])$/i

/**
 * What sending these files will come to, before the first byte goes. What the rules leave out by name, size or extension
 * counts as ignored; what they may leave out by its marks, which nobody has read yet, as going.
 */
export function forecast(
  expanded: Expanded,
  to: { readonly account: Account; readonly collectionName: string; readonly rules: CollectionRules }
): Forecast {
  const { rules, account } = to
  const renditions = rules.outputs.filter(({ kind }) => kind === 'rendition').length
  const hasOriginal = rules.outputs.length > renditions
  let bytes = 0
  let stored = 0
  let requests = 0
  const going = expanded.files.filter((file) => !isLeftOut(file, rules.selection))
  for (const file of going) {
    const made = PICTURE.test(file.path) ? renditions : 0
    bytes += file.sizeBytes
    stored += (hasOriginal ? file.sizeBytes : 0) + made * RENDITION_BYTES
    requests += (hasOriginal ? countPutRequests(file.sizeBytes) : 0) + made
  }
  return {
    files: going.length,
    bytes,
    ignored: expanded.ignored + expanded.files.length - going.length,
    target: [placeOf(account), ...commonFolders(to)].join('/'),
    outputs: rules.outputs.map(({ id }) => id),
    requests,
    storageUsdMonth: (stored / 1e9) * STORAGE_USD_GB_MONTH,
    requestsUsd: requests * CLASS_A_USD
  }
}

function isLeftOut(file: FrameFile, selection: CollectionRules['selection']): boolean {
  if (!selection) return false
  const { extension } = splitName(file.relativePath)
  const kind = typeOfExtension(usualExtension(extension?.toLowerCase() ?? ''))?.kind ?? 'other'
  return leftOutByName(selection, file) !== null || leftOutByKind(selection, kind) !== null
}

/** A file that is to be named; what has been taken brings what is known of it. */
export type NamedFile = Pick<FrameFile, 'relativePath' | 'mtimeNs'> &
  Partial<Pick<Frame, 'number' | 'facts' | 'sha256'>>

/** Keys as the template makes them for one file, an entry per output. @throws AppError `template-invalid`, `key-too-long`. */
export function keysFor(
  file: NamedFile,
  number: number,
  to: {
    readonly account: Account
    readonly collectionName: string
    readonly collectionPrefix?: string
    readonly rules: CollectionRules
  }
): ReadonlyArray<string> {
  const { name, extension } = splitName(file.relativePath)
  const { facts = null, sha256 } = file
  const template = parseTemplate(to.rules.keyTemplate)
  return to.rules.outputs.map((output) =>
    buildKey({
      accountPrefix: to.account.prefix,
      collectionPrefix: to.collectionPrefix ?? '',
      template,
      hasSeveralOutputs: to.rules.outputs.length > 1,
      values: {
        collection: to.collectionName,
        folder: folderOf(file.relativePath),
        file: output.kind === 'rendition' ? `${name}.${typeOf(output, facts).extension}` : basename(file.relativePath),
        name,
        ext: output.kind === 'rendition' ? typeOf(output, facts).extension : (extension ?? facts?.extension ?? 'jpg'),
        output: output.id,
        takenAt: wallClockOf(facts?.capturedAt ?? null, file.mtimeNs),
        camera: facts ? (facts.camera ?? '') : 'Camera',
        rating: facts ? (facts.marks?.rating ?? null) : 5,
        seq: file.number ?? number,
        sha256: sha256 ?? '0'.repeat(64),
        user: to.rules.user,
        uuid: '00000000-0000-4000-8000-000000000000'
      }
    })
  )
}

function typeOf(output: Rendition, facts: FrameFacts | null) {
  return facts ? renditionType(output, facts) : renditionTypes[output.format]
}

/** The folders that all keys have in common: those of the template up to the first that differs from frame to frame. */
function commonFolders(to: Parameters<typeof keysFor>[2]): ReadonlyArray<string> {
  const segments = to.rules.keyTemplate.split('/').slice(0, -1)
  const isFixed = (segment: string) => /^(?:[^{}]|\{(?:collection|user)\})+$/.test(segment)
  const end = segments.findIndex((segment) => !isFixed(segment))
  const fixed = segments.slice(0, end === -1 ? segments.length : end)
  const prefix = to.account.prefix.replace(/\/$/, '')
  const filled = fixed.map((segment) =>
    segment.replaceAll('{collection}', to.collectionName).replaceAll('{user}', to.rules.user)
  )
  return [prefix, ...filled].filter((folder) => folder !== '')
}

function placeOf(account: Account): string {
  return account.kind === 'folder' ? account.path : account.bucket
}
