import type { FrameKind } from '../../shared/model/frame.ts'

/** What an extension, lower case and without dot, stands for; null if it is not known. */
export type KindOf = (extension: string) => FrameKind | null

/** What a file's name says about the shot it belongs to. Keys are compared as they are; they are never shown. */
export type ShotName = {
  /** The shot that the file is of by its own stem. Stems are alike without case and in NFC, folders as the disk has them. */
  readonly key: string
  /** As the disk spells it, without what makes it a part: `IMG_0001`. */
  readonly name: string
  /** The shots that the name can be made from, the shortest first; of those that are there the first one is right. */
  readonly madeFrom: ReadonlyArray<ShotOrigin>
  /** What others can be made from: RAW, JPEG, HEIC. */
  readonly isSource: boolean
}

export type ShotOrigin = {
  readonly key: string
  /** Only a number says so (`IMG_1-2`, `IMG_1_1`), which a burst or a second card says as well: joined by rule alone. */
  readonly isNumbered: boolean
}

/** What programs put behind the name of what they made of a picture (photo-facts §1.3). */
const EDIT =
  /(?:[-_ ](?:edit(?:ed)?|hdr|pano|hdr-pano|enhanced(?:-(?:nr|sr|rd))*|dxo|deepprime(?:xd)?|dxo_deepprime(?:xd)?|topaz(?:-[a-z]+)*|copy|kopie|copie)|[-_]bearbeitet)(?:[- ]\d{1,3})?$/u

/** `-2`, `_1`, ` 1`, ` (1)`: a counter of the camera has four digits and is no suffix. */
const NUMBER = /(?:[-_ ]\d{1,2}|[ ]?\(\d{1,3}\))$/u

/** Apple Photos writes the edit of `IMG_1234` as `IMG_E1234`, and its undoing as `IMG_O1234`. */
const APPLE_EDIT = /^(img_)[eo](\d{4})$/

const JPEG_OR_HEIC = /^(?:jpe?g|jpe|jfif|hei[cf]|hif)$/

/** A name made of two or three suffixes is a name; one of twenty is meant to cost time. */
const MOST_SUFFIXES = 4

/**
 * The shot a file belongs to, by its folder and stem: `IMG_1.CR3`, `img_1.jpg`, `IMG_1.xmp` and `IMG_1.CR3.xmp` are one.
 * What is no part of a picture (a page, a text) stands alone.
 *
 * @param path With `/`; only its last name is taken apart.
 */
export function shotOf(path: string, kindOf: KindOf): ShotName {
  const slash = path.lastIndexOf('/')
  const folder = path.slice(0, slash + 1).normalize('NFC')
  const base = path.slice(slash + 1)
  const own = splitExtension(base, kindOf)
  const kind = own.kind
  // A stem has no `/`, so what stands alone cannot meet one.
  if (kind === null) return { key: `${folder}${base.normalize('NFC')}/`, name: base, madeFrom: [], isSource: false }
  const name = kind === 'sidecar' ? withoutPicture(own.stem, kindOf) : own.stem
  const stem = fold(name)
  // A RAW or a film is never made from another frame, whatever its number looks like.
  const canBeMade = kind === 'photo' || kind === 'sidecar'
  return {
    key: folder + stem,
    name,
    madeFrom: canBeMade ? originsOf(stem).map((origin) => ({ ...origin, key: folder + origin.key })) : [],
    isSource: kind === 'raw' || (kind === 'photo' && JPEG_OR_HEIC.test(own.extension))
  }
}

/** Stems with one suffix after the other taken off. */
function originsOf(stem: string): ReadonlyArray<ShotOrigin> {
  const apple = APPLE_EDIT.exec(stem)
  if (apple) return [{ key: `${apple[1]}${apple[2]}`, isNumbered: false }]
  const origins: ShotOrigin[] = []
  let rest = stem
  let isNumbered = false
  while (origins.length < MOST_SUFFIXES) {
    const edit = EDIT.exec(rest)
    const suffix = edit ?? NUMBER.exec(rest)
    if (!suffix || suffix.index === 0) break
    rest = rest.slice(0, suffix.index)
    isNumbered ||= edit === null
    origins.unshift({ key: rest, isNumbered })
  }
  return origins
}

type Parts = {
  readonly stem: string
  readonly extension: string
  readonly kind: 'photo' | 'raw' | 'video' | 'sidecar' | null
}

/** `kind` is null for what is no part of a picture. */
function splitExtension(base: string, kindOf: KindOf): Parts {
  const dot = base.lastIndexOf('.')
  if (dot <= 0) return { stem: base, extension: '', kind: null }
  const extension = base.slice(dot + 1).toLowerCase()
  const kind = kindOf(extension)
  const isPart = kind === 'photo' || kind === 'raw' || kind === 'video' || kind === 'sidecar'
  return { stem: base.slice(0, dot), extension, kind: isPart ? kind : null }
}

/** Of `IMG_1.CR3.xmp` the part before the picture's own extension. */
function withoutPicture(stem: string, kindOf: KindOf): string {
  const inner = splitExtension(stem, kindOf)
  return inner.kind === null || inner.kind === 'sidecar' ? stem : inner.stem
}

function fold(stem: string): string {
  return stem.normalize('NFC').toLowerCase()
}
