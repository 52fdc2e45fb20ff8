import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, relative } from 'node:path'
import { app } from './app.ts'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.woff2': 'font/woff2',
  '.json': 'application/json'
}

/** Chromium takes every name that ends so for this computer and for secure, as a privileged scheme is. */
const suffix = '.localhost'
const privileged = new Set<string>()
const sources = new Map<string, Electron.ProtocolSource>()

export const protocol = {
  registerSchemesAsPrivileged(schemes) {
    if (app.isReady()) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
    for (const { scheme, privileges } of schemes) {
      if (privileges?.bypassCSP) throw new Error('The stand-in holds every page to its content policy')
      if (privileges?.standard && privileges.secure) privileged.add(scheme)
    }
  },
  registerSource(scheme, source) {
    if (!app.isReady()) throw new Error('protocol cannot be used before app is ready')
    if (!privileged.has(scheme)) throw new Error(`The stand-in needs ${scheme} to be standard and secure`)
    if (sources.has(scheme)) throw new Error(`The scheme ${scheme} has been registered`)
    sources.set(scheme, source)
  }
} satisfies Pick<Electron.Protocol, 'registerSchemesAsPrivileged' | 'registerSource'>

/** `silverdrop://app/x` as Chromium can load it: `http://app.silverdrop.localhost/x`. Other addresses stay. */
export function toChromium(address: string): string {
  const url = new URL(address)
  const scheme = url.protocol.slice(0, -1)
  if (!privileged.has(scheme)) return address
  return `http://${url.host}.${scheme}${suffix}${url.pathname}${url.search}${url.hash}`
}

/** And back, so that main sees the address it knows. */
export function fromChromium(address: string): string {
  if (!URL.canParse(address)) return address
  const url = new URL(address)
  if (!url.hostname.endsWith(suffix)) return address
  const [host, scheme] = url.hostname.slice(0, -suffix.length).split('.')
  return scheme && privileged.has(scheme) ? `${scheme}://${host}${url.pathname}${url.search}${url.hash}` : address
}

/** Serves what is registered on a port of this computer. @returns what Chromium must be told to find it. */
export async function serveSources(): Promise<string> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy())
  })
  server.unref()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `MAP *${suffix}:80 127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** As `registerSource` promises: what cannot be found, or is asked by another method, fails as if nobody were there. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const address = new URL(fromChromium(`http://${request.headers.host}${request.url}`))
  if (address.pathname === '/favicon.ico') {
    response.writeHead(204).end() // asked for by Chromium itself over HTTP, not over a scheme of ours
    return
  }
  const route = bestRoute(sources.get(address.protocol.slice(0, -1)), address)
  if (!route || (request.method !== 'GET' && request.method !== 'HEAD')) throw new Error('net::ERR_FILE_NOT_FOUND')
  const { root, index = 'index.html', headers = {} } = route.source
  const rest = decodeURIComponent(address.pathname.slice((route.match?.path ?? '/').length))
  const path = join(root, rest.endsWith('/') || rest === '' ? `${rest}${index}` : rest)
  if (relative(root, path).startsWith('..')) throw new Error('net::ERR_FILE_NOT_FOUND')
  const { size } = await stat(path)
  const type = contentTypes[extname(path).toLowerCase()] ?? 'application/octet-stream'
  response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': size })
  if (request.method === 'HEAD') response.end()
  else createReadStream(path).pipe(response)
}

/** A route with a host wins over one without, then the longest path. */
function bestRoute(source: Electron.ProtocolSource | undefined, address: URL): Electron.ProtocolRoute | null {
  const weight = ({ match }: Electron.ProtocolRoute) => (match?.host ? 1_000_000 : 0) + (match?.path?.length ?? 0)
  const fitting = source?.routes.filter(
    ({ match }) =>
      (match?.host === undefined || match.host.toLowerCase() === address.host) &&
      address.pathname.startsWith(match?.path ?? '/')
  )
  return fitting?.toSorted((one, other) => weight(other) - weight(one))[0] ?? null
}
