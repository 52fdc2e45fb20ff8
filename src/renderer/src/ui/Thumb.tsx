import { File, FileImage, FileText, FileVideo, type LucideIcon } from 'lucide-react'
import { useMemo, useState } from 'react'
import { thumbHashToDataURL } from 'thumbhash'
import type { FrameKind } from '../../../shared/model/frame.ts'
import { classNames } from './classNames.ts'
import styles from './Thumb.module.css'

const css = classNames(styles)

const icons: Readonly<Record<FrameKind, LucideIcon>> = {
  photo: FileImage,
  raw: FileImage,
  video: FileVideo,
  pdf: FileText,
  sidecar: FileText,
  other: File
}

/** Average colour and shape; less is no ThumbHash. */
const SHORTEST_HASH_BYTES = 5

type ThumbProps = {
  readonly previewUrl: string | null
  /** What it looks like, roughly, until the picture is here. */
  readonly thumbhash?: string | undefined
  readonly kind: FrameKind
  /** The whole picture with a surround, instead of filling the space. */
  readonly isWhole?: boolean
  /** Words for the picture; empty where a name stands beside it. */
  readonly alt?: string
}

/** A small picture; until it is here what it looks like roughly, or else a sign of what the file is. */
export function Thumb({ previewUrl, thumbhash, kind, isWhole = false, alt = '' }: ThumbProps) {
  const [failedUrl, setFailedUrl] = useState<string | null>(null)
  const [loadedUrl, setLoadedUrl] = useState<string | null>(null)
  const roughUrl = useMemo(() => (thumbhash === undefined ? null : roughPicture(thumbhash)), [thumbhash])
  // It was taken away: what comes at the same address later is another file.
  if (previewUrl === null && (failedUrl ?? loadedUrl) !== null) {
    setFailedUrl(null)
    setLoadedUrl(null)
  }
  const url = previewUrl === failedUrl ? null : previewUrl
  const isLoaded = url !== null && url === loadedUrl
  const Icon = icons[kind]
  return (
    <div className={css('thumb')}>
      {roughUrl !== null && (
        <img
          src={roughUrl}
          alt={url === null ? alt : ''}
          draggable={false}
          className={css('picture', isWhole && 'whole', isLoaded && 'covered')}
        />
      )}
      {url !== null && (
        <img
          src={url}
          alt={alt}
          draggable={false}
          decoding="async"
          className={css('picture', isWhole && 'whole', roughUrl !== null && !isLoaded && 'coming')}
          onLoad={() => setLoadedUrl(url)}
          onError={() => setFailedUrl(url)}
        />
      )}
      {url === null && roughUrl === null && <Icon size={18} strokeWidth={1.5} aria-hidden />}
    </div>
  )
}

/** @param thumbhash Base64. @returns a picture of 32 px as a data URL; null for what is no hash. */
function roughPicture(thumbhash: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(thumbhash), (character) => character.charCodeAt(0))
    return bytes.length < SHORTEST_HASH_BYTES ? null : thumbHashToDataURL(bytes)
  } catch {
    return null
  }
}
