// Holds the source to the import directions of docs/architecture.md. Biome has no rule that tells a type import from
// a value import by folder, and that difference is what lets a room use the type of a port that lies to its right.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** In the order in which a frame passes them. `share`, `bucket` and `insight` stand side by side at the end. */
const ROOMS = ['files', 'shots', 'images', 'transfer', 'store', 'catalog', 'share', 'bucket', 'insight'] as const
type Room = (typeof ROOMS)[number]

/** Rooms whose values a room may import; a type may come from any port file. */
const MAY_USE: Record<Room, ReadonlyArray<Room>> = {
  files: [],
  shots: ['files'],
  images: ['files', 'shots'],
  transfer: ['files', 'shots', 'images'],
  store: [],
  catalog: ['files', 'shots', 'images', 'transfer'], // an adapter: it fills ports of those rooms and knows their words
  share: [],
  bucket: ['share'],
  insight: []
}

const MAY_IMPORT: Record<string, ReadonlyArray<string>> = {
  shared: ['shared'],
  core: ['core', 'shared'],
  main: ['main', 'core', 'shared'],
  cli: ['cli', 'core', 'shared'],
  preload: ['preload', 'shared'],
  renderer: ['renderer', 'shared']
}

const source = join(import.meta.dirname, '..', 'src')
const faults: string[] = []

for (const file of globSync('**/*.{ts,tsx}', { cwd: source })) {
  const isTest = /\.test\.tsx?$|testing\//.test(file)
  const [area = '', room] = file.split('/')
  const text = readFileSync(join(source, file), 'utf8')
  for (const match of text.matchAll(
    /^(?:import|export)\s+(type\s)?[^'"\n]*?(?:\n[^'";]*?)?from\s+'([^']+)'|import\('([^']+)'\)/gm
  )) {
    const isType = match[1] !== undefined
    const target = match[2] ?? match[3] ?? ''
    const fault = target.startsWith('.')
      ? relativeFault(file, area, room, target, isType, isTest)
      : packageFault(area, target, isTest)
    if (fault) faults.push(`src/${file}: imports ${target}: ${fault}`)
  }
}

function packageFault(area: string, target: string, isTest: boolean): string | null {
  if (/^electron(\/|$)|^electron-/.test(target) && area !== 'main' && area !== 'preload')
    return 'electron belongs to main and preload'
  if (isTest) return null
  if (area === 'shared' && target !== 'zod') return 'shared imports zod and nothing else'
  if (area === 'renderer' && target.startsWith('node:')) return 'the window has no Node'
  return null
}

function relativeFault(
  file: string,
  area: string,
  room: string | undefined,
  target: string,
  isType: boolean,
  isTest: boolean
): string | null {
  const [toArea = '', toRoom] = relative(source, join(source, dirname(file), target)).split('/')
  if (!MAY_IMPORT[area]?.includes(toArea)) return `${area} may not import ${toArea}`
  if (area !== 'core' || toArea !== 'core' || isType || isTest) return null
  if (!isRoom(room) || !isRoom(toRoom) || room === toRoom) return null
  return MAY_USE[room].includes(toRoom) ? null : `${room} may import only types from ${toRoom}`
}

function isRoom(name: string | undefined): name is Room {
  return (ROOMS as ReadonlyArray<string | undefined>).includes(name)
}

if (faults.length > 0) {
  console.error(faults.join('\n'))
  process.exit(1)
}
console.log('imports: every direction is as docs/architecture.md says')
