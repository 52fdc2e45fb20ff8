import { randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const localEndpointSchema = z.strictObject({
  /** What the origin answers at `/`, so that whoever has taken over the port is not mistaken for it. */
  instance: z.uuid(),
  port: z.int().min(1).max(65_535),
  /** Of Cloudflare's runtime, which outlives its parent if that is killed. */
  workerdPid: z.int().nullable(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  buckets: z.array(z.string())
})

/** What is remembered about a home's local R2: enough to find it, to join it and to start it again at the same place. */
export type LocalEndpoint = z.infer<typeof localEndpointSchema>

/** The folder below Silverdrop's home that holds the objects, the lock and `endpoint.json`. */
export function localFolder(home: string): string {
  return join(home, 'local-r2')
}

/** @returns null if there is none, or none that can be read. */
export async function readEndpoint(folder: string): Promise<LocalEndpoint | null> {
  try {
    return localEndpointSchema.parse(JSON.parse(await readFile(join(folder, 'endpoint.json'), 'utf8')))
  } catch {
    return null // absent, or damaged: then a new one is made
  }
}

export async function writeEndpoint(folder: string, endpoint: LocalEndpoint): Promise<void> {
  const temporary = join(folder, `endpoint-${randomUUID()}.json`)
  await writeFile(temporary, JSON.stringify(endpoint), { mode: 0o600 })
  await rename(temporary, join(folder, 'endpoint.json'))
}

export function originOf({ port }: Pick<LocalEndpoint, 'port'>): string {
  return `http://127.0.0.1:${port}`
}

/** Whether this very endpoint answers now. */
export async function isAnswering(endpoint: LocalEndpoint): Promise<boolean> {
  try {
    const answer = await fetch(originOf(endpoint), { signal: AbortSignal.timeout(2_000) })
    return (await answer.text()) === endpoint.instance
  } catch {
    return false
  }
}
