import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BoundedLog } from './BoundedLog.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'silverdrop-log-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('BoundedLog', () => {
  it('writes a line with its time and source, into a folder it makes', async () => {
    const path = join(folder, 'logs', 'app.log')
    const log = new BoundedLog(path)
    log.write('engine', 'two\nlines\n\n')
    await log.close()
    expect(readFileSync(path, 'utf8')).toMatch(/^\d{4}-.*Z engine: two\nlines\n$/)
  })

  it('never grows past its limit, and keeps the lines before in the old file, whole', async () => {
    const path = join(folder, 'app.log')
    const log = new BoundedLog(path, 1_000)
    for (let number = 0; number < 200; number += 1) log.write('engine', `line ${number} is here`)
    await log.close()
    expect(statSync(path).size).toBeLessThanOrEqual(1_000)
    expect(statSync(`${path}.old`).size).toBeLessThanOrEqual(1_000)
    const lines = `${readFileSync(`${path}.old`, 'utf8')}${readFileSync(path, 'utf8')}`.trimEnd().split('\n')
    const numbers = lines.map((line) => Number(/line (\d+) is here$/.exec(line)?.[1]))
    expect(numbers.at(-1)).toBe(199)
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 200 - numbers.length + index))
  })

  it('goes on where the last run ended', async () => {
    const path = join(folder, 'app.log')
    for (const word of ['first', 'second']) {
      const log = new BoundedLog(path)
      log.write('main', word)
      await log.close()
    }
    expect(readFileSync(path, 'utf8')).toMatch(/first\n.*second\n$/)
    expect(existsSync(`${path}.old`)).toBe(false)
  })
})
