import { createRequire } from 'node:module'

/** Where Cloudflare's emulator is installed: a dev dependency, not part of a packaged app. @returns null without it. */
export function findMiniflare(): string | null {
  try {
    return createRequire(import.meta.url).resolve('miniflare')
  } catch {
    return null
  }
}
