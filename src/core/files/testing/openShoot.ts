import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A file that is to be moved from the shoot to its folder `Sent`, and a program that saves other versions of it. */
export function openShoot() {
  const folder = mkdtempSync(join(tmpdir(), 'silverdrop-shoot-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const shoot = join(folder, 'shoot')
  mkdirSync(shoot)
  const path = join(shoot, 'a.jpg')
  writeFileSync(path, 'proved')
  const { size, mtimeNs } = statSync(path, { bigint: true })
  const file = { path, sizeBytes: Number(size), mtimeNs }
  /** As most editors do: by rename over it. */
  const save = (version: string) => {
    writeFileSync(join(folder, 'unsaved'), version)
    renameSync(join(folder, 'unsaved'), path)
  }
  const contents = (where: string) => {
    const inside = join(shoot, where)
    const entries = existsSync(inside) ? readdirSync(inside, { withFileTypes: true }) : []
    return entries.filter((entry) => entry.isFile()).map(({ name }) => readFileSync(join(inside, name), 'utf8'))
  }
  return { shoot, path, to: join(shoot, 'Sent', 'a.jpg'), file, save, contents }
}
