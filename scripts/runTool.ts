import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const require = createRequire(import.meta.url)

type RunOptions = {
  readonly env?: NodeJS.ProcessEnv
  /** Sees what the tool writes to standard output, which passes on unchanged. */
  readonly onOutput?: (text: string) => void
}

/**
 * Runs a program of an installed package under this very Node, whatever the system and its shell.
 *
 * @param packageName For example `@playwright/test`.
 * @param program Its name in the package's `bin`.
 * @returns the exit status; 1 where a signal ended it.
 */
export function runTool(
  packageName: string,
  program: string,
  args: ReadonlyArray<string>,
  options: RunOptions = {}
): Promise<number> {
  const manifestPath = require.resolve(`${packageName}/package.json`)
  const { bin }: { bin: Record<string, string> } = JSON.parse(readFileSync(manifestPath, 'utf8'))
  const path = bin[program]
  if (path === undefined) throw new Error(`${packageName} has no program ${program}`)
  return run(process.execPath, [join(dirname(manifestPath), path), ...args], options)
}

/** Runs any program at the project's root. @returns as `runTool`. @throws if it cannot be started. */
export async function run(
  command: string,
  args: ReadonlyArray<string>,
  { env = process.env, onOutput }: RunOptions = {}
): Promise<number> {
  const child = spawn(command, args, { cwd: root, env, stdio: ['inherit', onOutput ? 'pipe' : 'inherit', 'inherit'] })
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    process.stdout.write(text)
    onOutput?.(text)
  })
  const [code] = await once(child, 'close') // rejects with the child's `error`
  return typeof code === 'number' ? code : 1
}
