import { randomBytes } from 'node:crypto'
import { mkdir, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MiB } from '../src/shared/units.ts'
import type { BareFile } from './bareLoop.ts'

/** One file of noise, which nothing on the way can compress. */
export async function writeOneFile(folder: string, sizeBytes: number): Promise<ReadonlyArray<BareFile>> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, 'film.bin')
  const handle = await open(path, 'w')
  for (let written = 0; written < sizeBytes; written += MiB) {
    await handle.write(randomBytes(Math.min(MiB, sizeBytes - written)))
  }
  await handle.close()
  return [{ path, name: 'film.bin', sizeBytes }]
}

/** Files of noise, each different, a hundred to a folder. */
export async function writeSmallFiles(
  folder: string,
  count: number,
  sizeBytes: number
): Promise<ReadonlyArray<BareFile>> {
  const files: BareFile[] = []
  for (let index = 0; index < count; index += 1) {
    const name = `card-${Math.floor(index / 100)}/frame-${index}.bin`
    const path = join(folder, name)
    if (index % 100 === 0) await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, randomBytes(sizeBytes))
    files.push({ path, name, sizeBytes })
  }
  return files
}

/** Ten empty files to a folder, a hundred folders to a folder. @returns how many files. */
export async function writeScanTree(folder: string, folders: number): Promise<number> {
  for (let index = 0; index < folders; index += 1) {
    const path = join(folder, String(Math.floor(index / 100)), String(index))
    await mkdir(path, { recursive: true })
    await Promise.all(Array.from({ length: 10 }, (_, number) => writeFile(join(path, `IMG_${number}.jpg`), '')))
  }
  return folders * 10
}
