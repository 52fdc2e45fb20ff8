import { existsSync, globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { run, runTool } from './runTool.ts'

const root = join(import.meta.dirname, '..')

/** One file of each of the three builds. */
const PRODUCTS = ['out/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html']
const SOURCES = ['src/**/*.*', 'electron.vite.config.ts', 'package-lock.json']

/** Builds everything anew into out/, as `npm run build` does. @throws where the build fails. */
export async function buildApp(): Promise<void> {
  const status =
    (await run(process.execPath, [join(import.meta.dirname, 'clean.ts')])) ||
    (await runTool('electron-vite', 'electron-vite', ['build']))
  if (status !== 0) throw new Error('The build failed.')
}

/** Builds where there is no build, or one that is older than what it is made of. */
export async function ensureBuild(): Promise<void> {
  if (isStale()) await buildApp()
}

function isStale(): boolean {
  const products = PRODUCTS.map((path) => join(root, path))
  if (!products.every((path) => existsSync(path))) return true
  const builtAtMs = Math.min(...products.map((path) => statSync(path).mtimeMs))
  return globSync(SOURCES, { cwd: root }).some((path) => statSync(join(root, path)).mtimeMs > builtAtMs)
}
