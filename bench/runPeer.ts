import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Sent } from './contend.ts'
import { watchProcess } from './watchProcess.ts'

/** Runs a program to its end. @returns its time, start included. @throws Error with its last words where it failed. */
export async function runPeer(program: string, args: ReadonlyArray<string>, env: NodeJS.ProcessEnv): Promise<Sent> {
  const startedMs = performance.now()
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let words = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-2_000)
  })
  const [[exitCode], cost] = await watchProcess(
    () => child.pid,
    () => once(child, 'exit')
  )
  if (exitCode !== 0) throw new Error(`${program} ended with ${exitCode}: ${words}`)
  return { seconds: (performance.now() - startedMs) / 1000, ...cost }
}
