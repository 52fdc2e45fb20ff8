import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Pushes a folder with the real engine, in a process and a home of their own.
 *
 * @returns seconds from naming the folder until every frame in it is proved; the engine's start is not in them.
 */
export async function pushFolder(folder: string, origin: string): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), 'silverdrop-home-'))
  try {
    const child = fork(join(import.meta.dirname, 'pushProcess.ts'), [folder, origin, home])
    let seconds: number | null = null
    child.once('message', (message) => {
      seconds = Number(message)
    })
    const [exitCode] = await once(child, 'exit')
    if (seconds === null) throw new Error(`The engine ended with ${exitCode} before the folder was sent`)
    return seconds
  } finally {
    await rm(home, { recursive: true })
  }
}
