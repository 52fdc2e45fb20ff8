// Empties out/ before a build: the three builds of electron-vite share it, so none of them may.
import { rmSync } from 'node:fs'
import { join } from 'node:path'

rmSync(join(import.meta.dirname, '..', 'out'), { recursive: true, force: true })
