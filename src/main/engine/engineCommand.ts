import { join } from 'node:path'

/** What tells the shipped Node from the one of a checkout. */
export type Installation = {
  readonly isPackaged: boolean
  /** `process.resourcesPath` of a packaged app. */
  readonly resourcesPath: string
  /** The folder of package.json: `app.getAppPath()`. */
  readonly appPath: string
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The Node 24 that runs the engine: never Electron's own executable, in which sharp crashes on Linux.
 * `SILVERDROP_NODE` overrides it; a packaged app ships one under its resources, a checkout has the `node` package.
 */
export function nodePath({ isPackaged, resourcesPath, appPath, platform, env }: Installation): string {
  const override = env['SILVERDROP_NODE']
  if (override) return override
  const name = platform === 'win32' ? 'node.exe' : 'node'
  return isPackaged ? join(resourcesPath, 'node', name) : join(appPath, 'node_modules', 'node', 'bin', name)
}

/** Plain Node cannot read an archive, so what it runs lies beside it in a packaged app. */
export function outsideArchive(path: string): string {
  return path.replace(/([\\/])app\.asar([\\/])/, '$1app.asar.unpacked$2')
}

/**
 * Left out of the engine's environment: what would turn Node into something else, what would make the watcher poll
 * whatever the code says, and the secret, which reaches the engine over its own channel.
 */
const LEFT_OUT = new Set([
  'ELECTRON_RUN_AS_NODE',
  'NODE_OPTIONS',
  'CHOKIDAR_USEPOLLING',
  'CHOKIDAR_INTERVAL',
  'R2_SECRET_ACCESS_KEY'
])

export function engineEnvironment(env: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !LEFT_OUT.has(name)))
}
