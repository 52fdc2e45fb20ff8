import type { FileHandle } from 'node:fs/promises'
import { KiB } from '../../../shared/units.ts'

const WINDOW_BYTES = 64 * KiB

/** Bytes of an open file by their place. Neighbours are read together, so that walking a structure costs few reads. */
export class FileBytes {
  readonly sizeBytes: number
  readonly #handle: FileHandle
  #window: Buffer = Buffer.alloc(0)
  #windowStart = 0

  constructor(handle: FileHandle, sizeBytes: number) {
    this.#handle = handle
    this.sizeBytes = sizeBytes
  }

  /** @returns fewer bytes at the end of the file. */
  async read(start: number, lengthBytes: number): Promise<Buffer> {
    const isInside = start >= this.#windowStart && start + lengthBytes <= this.#windowStart + this.#window.length
    if (!isInside) {
      this.#window = await this.#readAt(start, Math.max(lengthBytes, WINDOW_BYTES))
      this.#windowStart = start
    }
    return this.#window.subarray(start - this.#windowStart, start - this.#windowStart + lengthBytes)
  }

  async #readAt(start: number, lengthBytes: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(lengthBytes, this.sizeBytes - start))
    const { buffer, bytesRead } = await this.#handle.read(Buffer.alloc(wanted), 0, wanted, start)
    return buffer.subarray(0, bytesRead)
  }
}
