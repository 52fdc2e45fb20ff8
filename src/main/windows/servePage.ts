import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { protocol, session } from 'electron/main'

const SCHEME = 'silverdrop'

/** Nothing but our own files: no inline script, no other host, nothing framed. */
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join('; ')

/** Where the page is loaded from: our own scheme, or in a checkout the development server, never in a released app. */
export function pageAddress(isPackaged: boolean, env: Readonly<Record<string, string | undefined>>): URL {
  const server = isPackaged ? undefined : env['ELECTRON_RENDERER_URL']
  return new URL(server ?? `${SCHEME}://app/`)
}

/** Gives our scheme an origin, storage and `fetch`. Once, before `ready`. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } }
  ])
}

/** Serves the page and, below `previews/`, the pictures that the engine puts into `home`. After `ready`. */
export function servePage(rendererFolder: string, home: string): void {
  const previews = join(home, 'previews')
  mkdirSync(previews, { recursive: true })
  const headers = { 'Content-Security-Policy': CONTENT_POLICY, 'X-Content-Type-Options': 'nosniff' }
  protocol.registerSource(SCHEME, {
    routes: [
      { match: { host: 'app' }, source: { type: 'directory', root: rendererFolder, headers } },
      { match: { host: 'app', path: '/previews/' }, source: { type: 'directory', root: previews, headers } }
    ]
  })
  // Both, since without the second one a page is granted whatever it merely asks about.
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, reply) => reply(false))
  session.defaultSession.setPermissionCheckHandler(() => false)
}
