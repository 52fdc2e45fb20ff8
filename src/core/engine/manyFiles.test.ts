import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { ORIGINAL } from '../../shared/model/output.ts'
import { defaultSettings, engineSettings } from '../../shared/model/settings.ts'
import { CatalogFrames } from '../catalog/CatalogFrames.ts'
import { createEngine } from '../engine.ts'
import { SLICE } from '../transfer/mapInSlices.ts'

const FILES = 3 * SLICE
const LONG_MS = 120_000
const rules = { ...defaultSettings.newCollection, keyTemplate: '{folder}/{file}', outputs: [ORIGINAL] }

let most: number

/** Counts the questions to the catalog in each turn of the event loop. */
beforeEach(() => {
  most = 0
  let asked = 0
  const { findByPath } = CatalogFrames.prototype
  const counted = vi.spyOn(CatalogFrames.prototype, 'findByPath').mockImplementation(function (
    this: CatalogFrames,
    ...args
  ) {
    asked += 1
    most = Math.max(most, asked)
    return findByPath.apply(this, args)
  })
  let isOver = false
  const nextTurn = () => {
    asked = 0
    if (!isOver) setImmediate(nextTurn)
  }
  nextTurn()
  onTestFinished(() => {
    isOver = true
    counted.mockRestore()
  })
})

/** An engine that sends nothing for now, and a folder of many files. */
async function openDesk() {
  const home = mkdtempSync(join(tmpdir(), 'silverdrop-many-'))
  const [bucket, shoot] = [join(home, 'bucket'), join(home, 'shoot')]
  for (const path of [bucket, shoot]) mkdirSync(path)
  for (let n = 0; n < FILES; n += 1) writeFileSync(join(shoot, `${n}.txt`), 'x')
  const engine = createEngine({ home, resumesAll: false })
  onTestFinished(async () => {
    await engine.close()
    rmSync(home, { recursive: true })
  })
  const account = { id: 'here', kind: 'folder', name: 'Here', path: bucket, publicBaseUrl: null, prefix: '' } as const
  const settings = { ...engineSettings(defaultSettings), newCollection: rules }
  await engine.answers['queue:hold']({ isHeld: true })
  await engine.private['engine:configure']({
    accounts: [{ account, secret: null }],
    defaultAccountId: 'here',
    ...settings
  })
  return { engine, shoot }
}

describe('an engine that is asked about many files', { timeout: LONG_MS }, () => {
  it('sends what is missing in slices, between which everything else has its turn', async () => {
    const { engine, shoot } = await openDesk()
    const { files } = await engine.answers['coverage:send']({ folder: shoot, accountId: null })
    expect(files).toBe(FILES)
    expect(most).toBeGreaterThan(0)
    expect(most).toBeLessThanOrEqual(2 * SLICE)
  })

  it('gives the rows of a push in slices', async () => {
    const { engine, shoot } = await openDesk()
    const collection = engine.push.collection(shoot, '', rules)
    const { paths } = await engine.push.add(collection, [shoot], new AbortController().signal)
    most = 0
    const rows = await engine.push.rows(collection, paths)
    expect(rows.map(({ path }) => path)).toEqual(paths)
    expect(most).toBeGreaterThan(0)
    expect(most).toBeLessThanOrEqual(2 * SLICE)
  })
})
