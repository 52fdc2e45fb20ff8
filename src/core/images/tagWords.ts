import type { ExifToolTags } from './ExifToolReader.ts'

/** A tag's words, lists joined; null where there are none. */
export function tagWords(tags: ExifToolTags, name: string): string | null {
  const value = tags[name]
  const text = Array.isArray(value) ? value.join('; ') : value
  return typeof text === 'string' || typeof text === 'number' ? String(text).trim().normalize('NFC') || null : null
}
