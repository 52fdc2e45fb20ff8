import { describe, expect, it, vi } from 'vitest'
import type { Upload } from '../catalog/records.ts'
import { foldKey, suffixKey } from '../shots/suffixKey.ts'
import { takeNextKey } from './takeNextKey.ts'
import { openRoom, type Room } from './testing/openRoom.ts'

const proof = { sizeBytes: 1, sha256: 'a'.repeat(64), etag: 'e', how: 'sent', provedAtMs: 1 } as const

/** An upload that wants a name which others have with many numbers. */
async function openTwin() {
  const room = openRoom()
  const { upload } = await room.sending('x.jpg', 'x')
  const other = await room.sending('other.jpg', 'o')
  const give = (to: Upload, number: number) => {
    const key = suffixKey('x.jpg', number)
    room.uploads.giveKey(to, key, foldKey(key))
  }
  const asked = vi.spyOn(room.uploads, 'isKeyFree')
  return { room, upload, other: other.upload, give, asked }
}

function prove({ uploads }: Room, { accountId, bucket, frameId }: Upload, key: string): void {
  uploads.proofs.put({ accountId, bucket, key, proof, sourceSha256: proof.sha256, outputId: 'original', frameId })
}

describe('takeNextKey', () => {
  it('takes the lowest number that is free, where few are taken', async () => {
    const { room, upload, other, give } = await openTwin()
    for (const number of [2, 3, 5]) give(other, number)
    expect(takeNextKey(upload, room.uploads)).toMatchObject({ key: 'x-4.jpg', keyNumber: 4, replaces: null })
    expect(room.uploads.find(upload.id)?.key).toBe('x-4.jpg')
    expect(takeNextKey({ ...other, baseKey: 'x.jpg', keyNumber: 3 }, room.uploads).key).toBe('x-5.jpg')
  })

  it('finds the next number behind ten thousand in a few questions', async () => {
    const { room, upload, other, give, asked } = await openTwin()
    room.uploads.together(() => {
      for (let number = 2; number <= 10_000; number += 1) give(other, number)
    })
    expect(takeNextKey(upload, room.uploads).key).toBe('x-10001.jpg')
    expect(asked.mock.calls.length).toBeLessThan(50)
  })

  it('takes one that is free wherever numbers were given back', async () => {
    const { room, upload, other, give } = await openTwin()
    const taken = new Set<number>()
    for (let number = 2; number <= 300; number += 1) if (number < 20 || number % 7 !== 0) taken.add(number)
    for (const number of taken) give(other, number)
    const { keyNumber, key } = takeNextKey(upload, room.uploads)
    expect([taken.has(keyNumber), key]).toEqual([false, suffixKey('x.jpg', keyNumber)])
  })

  it('takes the number that an earlier version of the file was sent under, among many', async () => {
    const { room, upload, other, give } = await openTwin()
    for (let number = 2; number <= 300; number += 1) if (number !== 123) give(other, number)
    prove(room, upload, 'x-123.jpg')
    prove(room, other, 'x-400.jpg')
    prove(room, upload, 'x-y.jpg')
    expect(takeNextKey(upload, room.uploads).key).toBe('x-123.jpg')
  })
})
