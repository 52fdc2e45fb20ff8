import { hash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MiB } from '../../shared/units.ts'
import { readFrame } from '../files/readFrame.ts'
import { digestSource, multipartEtag } from './digest.ts'
import { openRoom } from './testing/openRoom.ts'

const { signal } = new AbortController()

describe('multipartEtag', () => {
  it('is the MD5 of the parts’ MD5s and their number', () => {
    const md5s = ['bce6bf66aeb76c7040fdd5f4eccb78e6', '8165449fc15bbf43d3b674595cbcc406']
    expect(multipartEtag(md5s)).toBe('f77dc0eecdebcd774a2a22cb393ad2ff-2')
    expect(multipartEtag(md5s.toReversed())).not.toBe('f77dc0eecdebcd774a2a22cb393ad2ff-2')
  })

  it('cannot be told where a part is not known', () => {
    expect(multipartEtag(['bce6bf66aeb76c7040fdd5f4eccb78e6', null])).toBeNull()
  })
})

describe('digestSource', () => {
  it.each([0, 1, 4 * MiB, 9 * MiB + 1])('reads %i bytes through a small buffer', async (bytes) => {
    const room = openRoom()
    const content = Buffer.alloc(bytes, 'picture')
    const reader = await readFrame(room.write('a.bin', content))
    expect(await digestSource(reader, bytes, room, signal)).toBe(hash('sha256', content))
    expect(room.pool.usedBytes).toBe(0)
    await reader.close()
  })

  it('does not tell the digest of a source that changes meanwhile', async () => {
    const room = openRoom()
    const file = room.write('a.bin', 'a picture')
    const reader = await readFrame(file)
    writeFileSync(file.path, 'another one')
    await expect(digestSource(reader, 9, room, signal)).rejects.toMatchObject({ code: 'file-changed' })
    expect(room.pool.usedBytes).toBe(0)
    await reader.close()
  })
})
