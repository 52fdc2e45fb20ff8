import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { z } from 'zod'

const measurementSchema = z.strictObject({
  name: z.string(),
  unit: z.string(),
  ours: z.number().positive(),
  limit: z.number().positive().nullable(),
  peer: z.number().positive().nullable(),
  peerName: z.string(),
  ratio: z.number().positive().nullable(),
  budget: z.number().positive()
})

const bench = (...args: string[]) =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, 'run.ts'), ...args])

it('measures everything once in its quick form', { timeout: 180_000 }, async () => {
  const { stdout } = await bench('--quick')
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => measurementSchema.parse(JSON.parse(line)))
  expect(lines.map(({ name }) => name)).toEqual(['one-file', 'one-file-peer', 'small-files', 'scan'])
})

it('refuses a bench that does not exist, naming those that do', async () => {
  await expect(bench('smal-files')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('small-files') })
})
