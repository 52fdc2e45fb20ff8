import { File, FileImage, FileText, FileVideo, type LucideIcon } from 'lucide-react'
import { useState } from 'react'
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

type ThumbProps = {
  readonly previewUrl: string | null
  readonly kind: FrameKind
  /** The whole picture with a surround, instead of filling the space. */
  readonly isWhole?: boolean
  /** Words for the picture; empty where a name stands beside it. */
  readonly alt?: string
}

/** A small picture, or a sign of what the file is while there is none. */
export function Thumb({ previewUrl, kind, isWhole = false, alt = '' }: ThumbProps) {
  const [failedUrl, setFailedUrl] = useState<string | null>(null)
  const Icon = icons[kind]
  return (
    <div className={css('thumb')}>
      {previewUrl !== null && previewUrl !== failedUrl ? (
        <img
          src={previewUrl}
          alt={alt}
          draggable={false}
          decoding="async"
          className={css('picture', isWhole && 'whole')}
          onError={() => setFailedUrl(previewUrl)}
        />
      ) : (
        <Icon size={18} strokeWidth={1.5} aria-hidden />
      )}
    </div>
  )
}
