import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sent } from './contend.ts'
import type { Certificate } from './makeCertificate.ts'
import { watchProcess } from './watchProcess.ts'

/**
 * Pushes a folder with the real engine, in a process and a home of their own.
 *
 * @returns seconds from naming the folder until every frame in it is proved, without the engine's start; CPU and memory
 *   with it, darkroom included.
 */
export async function pushFolder(folder: string, origin: string, certificate: Certificate | null): Promise<Sent> {
  const home = await mkdtemp(join(tmpdir(), 'silverdrop-home-'))
  try {
    const child = fork(join(import.meta.dirname, 'pushProcess.ts'), [folder, origin, home], {
      env: { ...process.env, ...(certificate && { NODE_EXTRA_CA_CERTS: certificate.certificatePath }) }
    })
    let seconds: number | null = null
    child.once('message', (message) => {
      seconds = Number(message)
    })
    const [[exitCode], cost] = await watchProcess(
      () => child.pid,
      () => once(child, 'exit')
    )
    if (seconds === null) throw new Error(`The engine ended with ${exitCode} before the folder was sent`)
    return { seconds, ...cost }
  } finally {
    await rm(home, { recursive: true })
  }
}
