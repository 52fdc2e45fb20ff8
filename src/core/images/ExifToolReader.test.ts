import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { ExifToolReader } from './ExifToolReader.ts'
import { busy, testFolder } from './testing/pictures.ts'

const file = testFolder()
let open: ExifToolReader | null = null
afterEach(async () => {
  await open?.close()
})

/** ExifTool's processes that belong to this one. */
function processes(): ReadonlyArray<number> {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const parent = Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
        return parent === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('-stay_open')
      } catch {
        return false // ended meanwhile
      }
    })
}

describe.skipIf(process.platform !== 'linux')('ExifToolReader', () => {
  it('starts ExifTool anew when it was killed, between two questions and during one', async () => {
    const reader = new ExifToolReader()
    open = reader
    const path = await file('a.jpg', await busy(60, 40).jpeg().toBuffer())
    const ask = () => reader.read(path, ['-ImageSize'])
    await ask()
    const [first = 0, ...others] = processes()
    expect(others).toEqual([])
    process.kill(first, 'SIGKILL')
    expect(await ask()).toMatchObject({ ImageSize: '60x40' })

    const asked = ask().catch(() => null) // whoever was asking may have to ask again
    for (const pid of processes()) process.kill(pid, 'SIGKILL')
    await asked
    expect(await ask()).toMatchObject({ ImageSize: '60x40' })
    expect(processes()).toHaveLength(1)
    expect(processes()).not.toContain(first)
  })

  it.each([0, 1])('ends ExifTool while it is at work, and starts no other (retries: %i)', async (retries) => {
    const reader = new ExifToolReader(60_000, retries)
    open = reader
    const path = await file('b.jpg', await busy(60, 40).jpeg().toBuffer())
    const ask = () => reader.read(path, ['-ImageSize'])
    await ask()
    const [first = 0] = processes()
    process.kill(first, 'SIGSTOP') // as a file does that it never comes back from
    const asked = expect(ask()).rejects.toMatchObject({ code: 'picture-unsupported' })
    await reader.stop()
    await asked
    await expect(ask()).rejects.toMatchObject({ code: 'picture-unsupported' })
    expect(await reader.canRun()).toBe(false)
    expect(processes()).toEqual([])
  })
})
