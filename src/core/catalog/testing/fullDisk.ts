// Fills the small disk that a folder is on, and tells its parent how the catalog took it: fullDisk.ts <folder>.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { CatalogFrames } from '../CatalogFrames.ts'
import { openCatalog } from '../openCatalog.ts'
import { fillCatalog } from './fillCatalog.ts'

const [folder = ''] = process.argv.slice(2)
const ballast = join(folder, 'ballast')
writeFileSync(ballast, Buffer.alloc(2_000_000))
const db = openCatalog(join(folder, 'catalog.sqlite'))
const frames = new CatalogFrames(db)
const counts: number[] = []
const codes: string[] = []
for (let round = 0; codes.length < 3; round += 1) {
  try {
    fillCatalog(db, 100, `Shoot ${round}`)
  } catch (error) {
    codes.push(error instanceof AppError ? error.code : String(error))
    counts.push(frames.page(null, 'all', 0, 1).total % 100)
  }
}
rmSync(ballast)
fillCatalog(db, 100, 'With room again')
const integrity = db.prepare('PRAGMA integrity_check').get()?.['integrity_check']
console.log(JSON.stringify({ codes, counts, integrity }))
