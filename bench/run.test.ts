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
  budget: z.number().positive().nullable(),
  cpuSeconds: z.number().nonnegative().nullable(),
  peerCpuSeconds: z.number().nonnegative().nullable(),
  peakMB: z.number().positive().nullable(),
  peerPeakMB: z.number().positive().nullable()
})

const bench = (...args: string[]) =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, 'run.ts'), ...args])

it('measures everything once in its quick form', { timeout: 180_000 }, async () => {
  const { stdout } = await bench('--quick')
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => measurementSchema.parse(JSON.parse(line)))
  const names = lines.map(({ name }) => name)
  const plain = [
    'one-file',
    'one-file-peer',
    'small-files',
    'small-files-peer',
    'tiny-files',
    'tiny-files-peer',
    'scan',
    'images-webp',
    'images-webp-jpeg',
    'thumbs-embedded',
    'thumbs-decoded'
  ]
  expect(names.filter((name) => !name.includes('https'))).toEqual(plain) // HTTPS needs openssl
})

it('refuses a bench that does not exist, naming those that do', async () => {
  await expect(bench('smal-files')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('small-files') })
})
