import { expect, it } from 'vitest'
import { formatBytes, formatDuration } from './units.ts'

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1 KB'],
  [1_500, '1.5 KB'],
  [412_000, '412 KB'],
  [999_499, '999 KB'],
  [999_500, '1 MB'],
  [24_100_000, '24.1 MB'],
  [99_940_000, '99.9 MB'],
  [99_950_000, '100 MB'],
  [1_200_000_000, '1.2 GB'],
  [5_492_189_429_760, '5.5 TB'],
  [5_000_000_000_000_000, '5000 TB']
])('%i bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

it.each([
  [0, 'a few seconds'],
  [4.9, 'a few seconds'],
  [5, '5 s'],
  [12, '15 s'],
  [54.9, '55 s'],
  [55, 'about 1 min'],
  [89, 'about 1 min'],
  [660, 'about 11 min'],
  [3_569, 'about 59 min'],
  [3_570, 'about 1 h'],
  [7_170, 'about 2 h'],
  [12_000, 'about 3 h 20 min']
])('%d seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text)
})
