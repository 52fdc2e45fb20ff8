import { createCipheriv, hash } from 'node:crypto'

/** Chance that can be had again: the same seed gives the same numbers and the same bytes. */
export type SeededRandom = {
  /** From 0 up to and not including 1. */
  next(): number
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number
  oneOf<T>(choices: readonly [T, ...T[]]): T
  /** Bytes that no one can compress. */
  bytes(sizeBytes: number): Buffer
}

/** @param seed Any whole number. */
export function seededRandom(seed: number): SeededRandom {
  const key = hash('sha256', `kill test ${seed}`, 'buffer').subarray(0, 16)
  const stream = createCipheriv('aes-128-ctr', key, Buffer.alloc(16))
  const bytes = (sizeBytes: number) => stream.update(Buffer.alloc(sizeBytes))
  const next = () => bytes(4).readUInt32LE() / 2 ** 32
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return { next, between, bytes, oneOf: (choices) => choices[between(0, choices.length - 1)] ?? choices[0] }
}
