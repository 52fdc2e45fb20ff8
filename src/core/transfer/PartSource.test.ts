import { hash } from 'node:crypto'
import { statSync, utimesSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MiB } from '../../shared/units.ts'
import { toFrameFile } from '../files/FrameFile.ts'
import { BufferPool } from './BufferPool.ts'
import type { Digester } from './Digester.ts'
import { openRoom, type Room } from './testing/openRoom.ts'
import { faulty, large, portsOf, read, send } from './testing/sendRoom.ts'

/** A frame that is about to be sent in parts, and a way to write other bytes into it that no stat tells of. */
async function prepareLarge(room: Room) {
  const seconds = 1_790_000_000
  const { path } = room.write('a.mov', large)
  utimesSync(path, seconds, seconds)
  room.add(toFrameFile(path, 'a.mov', statSync(path, { bigint: true })))
  const [frame] = await room.prepare()
  if (!frame) throw new Error('Nothing was prepared')
  const replaceUnseen = (): void => {
    writeFileSync(path, Buffer.alloc(large.length, 7))
    utimesSync(path, seconds, seconds)
  }
  return { frame, replaceUnseen }
}

describe('sendUpload, reading a source that goes in parts', () => {
  it('sends the very bytes that it digested, from memory', async () => {
    const room = openRoom()
    const store = faulty()
    const { frame, replaceUnseen } = await prepareLarge(room)
    let heldBytes = 0
    store.faults.push(
      {
        at: 'openMultipart',
        when: 'before',
        // Other bytes that no stat tells: what is read again now would not be what was digested.
        act: replaceUnseen
      },
      {
        at: 'sendPart',
        when: 'before',
        act: () => {
          heldBytes = Math.max(heldBytes, room.pool.usedBytes)
        }
      }
    )
    const done = await send(room, { frame, upload: room.retake() }, portsOf(room, store))
    expect(done.state).toMatchObject({ kind: 'done', proof: { sha256: hash('sha256', large) } })
    expect((await read(store, 'a.mov')).equals(large)).toBe(true)
    expect(heldBytes).toBe(large.length)
    expect(room.pool.usedBytes).toBe(0)
  })

  it('goes part by part where the file has more than half of the memory there is', async () => {
    const room = openRoom()
    const store = faulty()
    const pool = new BufferPool(32 * MiB)
    let heldBytes = 0
    store.faults.push({
      at: 'sendPart',
      when: 'before',
      act: () => {
        heldBytes = Math.max(heldBytes, pool.usedBytes)
      }
    })
    const partBytes = () => 5 * MiB
    const done = await send(room, await room.sending('a.mov', large), portsOf(room, store, { pool, partBytes }))
    expect(done.state.kind).toBe('done')
    expect(store.count('sendPart')).toBe(4)
    expect(heldBytes).toBeGreaterThan(0)
    expect(heldBytes).toBeLessThanOrEqual(20 * MiB)
    expect((await read(store, 'a.mov')).equals(large)).toBe(true)
    expect(pool.usedBytes).toBe(0)
  })

  it('publishes nothing of a file whose bytes are others at the second reading, though no stat tells', async () => {
    const room = openRoom()
    const store = faulty()
    const { frame, replaceUnseen } = await prepareLarge(room)
    store.faults.push({ at: 'openMultipart', when: 'before', act: replaceUnseen })
    const pool = new BufferPool(32 * MiB) // too small to hold it
    const sending = send(room, { frame, upload: room.retake() }, portsOf(room, store, { pool }))
    await expect(sending).rejects.toMatchObject({ code: 'file-changed', cause: { code: 'digest-mismatch' } })
    expect(await store.head('a.mov', new AbortController().signal)).toBeNull()
    expect(pool.usedBytes).toBe(0)
  })

  it('digests the whole and the parts at the first reading, and nothing at the second', async () => {
    const room = openRoom()
    const store = faulty()
    const seen: string[] = []
    const digester: Digester = {
      ...room.digester,
      sha256: async (bytes) => {
        seen.push('sending')
        return room.digester.sha256(bytes)
      }
    }
    const ports = portsOf(room, store, { pool: new BufferPool(32 * MiB), digester, partBytes: () => 5 * MiB })
    const done = await send(room, await room.sending('a.mov', large), ports)
    expect(done.state).toMatchObject({ kind: 'done', proof: { sha256: hash('sha256', large) } })
    expect((await read(store, 'a.mov')).equals(large)).toBe(true)
    expect(seen).toEqual([])
  })

  it('gets every file through a budget that holds two of them, small ones among them', async () => {
    const room = openRoom()
    const store = faulty()
    const pool = new BufferPool(40 * MiB)
    const jobs = []
    for (let n = 0; n < 5; n += 1) {
      jobs.push(await room.sending(`${n}.mov`, Buffer.concat([large, Buffer.from([n])])))
      jobs.push(await room.sending(`${n}.jpg`, `picture ${n}`))
    }
    let mostBytes = 0
    const watch = () => {
      mostBytes = Math.max(mostBytes, pool.usedBytes)
    }
    store.faults.push({ at: 'sendPart', when: 'before', act: watch }, { at: 'put', when: 'before', act: watch })
    const done = await Promise.all(jobs.map((job) => send(room, job, portsOf(room, store, { pool }))))
    expect(done.every(({ state }) => state.kind === 'done')).toBe(true)
    expect(mostBytes).toBeLessThanOrEqual(40 * MiB)
    expect(pool.usedBytes).toBe(0)
  })

  it('gives the memory back when it is stopped while it reads, or when the source has changed', async () => {
    const room = openRoom()
    const stop = new AbortController()
    const { upload, frame } = await room.sending('a.mov', large)
    /** Hashes as ours does, and something happens meanwhile. */
    const meeting = (act: () => void): Digester => ({
      ...room.digester,
      stream: () => {
        const stream = room.digester.stream()
        const update = async (bytes: Uint8Array) => {
          act()
          await stream.update(bytes)
        }
        return { ...stream, update }
      }
    })
    const stopping = meeting(() => stop.abort())
    const sending = send(room, { upload, frame }, portsOf(room, faulty(), { digester: stopping }), 'ask', stop.signal)
    await expect(sending).rejects.toMatchObject({ name: 'AbortError' })
    expect(room.pool.usedBytes).toBe(0)
    const replaced = meeting(() => writeFileSync(frame.path, 'shorter'))
    const changed = send(room, { upload, frame }, portsOf(room, faulty(), { digester: replaced }))
    await expect(changed).rejects.toMatchObject({ code: 'file-changed' })
    expect(room.pool.usedBytes).toBe(0)
  })
})
