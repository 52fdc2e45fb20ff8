import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import type { Certificate } from './makeCertificate.ts'

export type BareFile = { readonly path: string; readonly sizeBytes: number; readonly name: string }

/**
 * The least an uploader in Node can do: reads ranges into buffers that are used again, and PUTs them over connections
 * that stay open. It signs nothing, checks nothing and remembers nothing.
 *
 * @param partBytes Files above this go in ranges of this size.
 * @returns seconds.
 */
export async function bareLoop(
  files: ReadonlyArray<BareFile>,
  options: {
    readonly origin: string
    readonly partBytes: number
    readonly inFlight: number
    readonly certificate: Certificate | null
  }
): Promise<number> {
  const { origin, partBytes, inFlight, certificate } = options
  const agent =
    certificate === null
      ? new Agent({ keepAlive: true, maxSockets: inFlight })
      : new SecureAgent({ keepAlive: true, maxSockets: inFlight, ca: readFileSync(certificate.certificatePath) })
  const ranges = splitFiles(files, partBytes)
  const startedMs = performance.now()
  const loop = async (): Promise<void> => {
    const buffer = Buffer.allocUnsafeSlow(partBytes)
    for (const { file, start, end } of ranges) {
      const handle = await open(file.path, 'r')
      const { bytesRead } = await handle.read(buffer, 0, end - start, start)
      await handle.close()
      await put(`${origin}/bare/${file.name}-${start}`, buffer.subarray(0, bytesRead), agent)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, loop))
  const seconds = (performance.now() - startedMs) / 1000
  agent.destroy()
  return seconds
}

/** One list that all loops take from. */
function* splitFiles(files: ReadonlyArray<BareFile>, partBytes: number) {
  for (const file of files) {
    for (let start = 0; start < file.sizeBytes; start += partBytes) {
      yield { file, start, end: Math.min(start + partBytes, file.sizeBytes) }
    }
  }
}

function put(url: string, body: Uint8Array, agent: Agent): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const start = agent instanceof SecureAgent ? secureRequest : request
  const sending = start(url, { method: 'PUT', agent, headers: { 'content-length': body.length } }, (response) => {
    response.resume()
    response.on('end', () => {
      if (response.statusCode === 200) resolve()
      else reject(new Error(`PUT ${url}: ${response.statusCode}`))
    })
  })
  sending.on('error', reject)
  sending.end(body)
  return promise
}
