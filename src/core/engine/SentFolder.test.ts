import { existsSync, linkSync, mkdirSync, readdirSync, renameSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Collection } from '../../shared/model/collection.ts'
import type { Frame } from '../catalog/records.ts'
import { openRoom } from '../transfer/testing/openRoom.ts'
import { SentFolder } from './SentFolder.ts'

const proof = { sizeBytes: 1, sha256: 'a'.repeat(64), etag: 'e', how: 'sent', provedAtMs: 1 } as const

/** A watched folder with one file that is proved. */
async function openShoot() {
  const room = openRoom()
  const collection: Collection = {
    ...room.collection,
    kind: 'watch',
    rules: { ...room.collection.rules, sentFolder: 'Sent' }
  }
  const moved: string[] = []
  const start = () =>
    new SentFolder({
      frames: room.frames,
      uploads: room.uploads,
      collectionOf: () => collection,
      onMoved: (id) => moved.push(id),
      onProblem: () => {}
    })
  const { frame, upload } = await room.sending('a.jpg', 'x')
  room.uploads.saveState(upload, { kind: 'done', proof })
  const [root, sent] = [join(room.folder, 'a.jpg'), join(room.folder, 'Sent', 'a.jpg')]
  const sweep = async () => {
    const sentFolder = start()
    sentFolder.sweep(collection)
    await sentFolder.close()
  }
  return { ...room, collection, frame, root, sent, moved, start, sweep }
}

const placeOf = ({ path, relativePath }: Frame) => [path, relativePath]

describe('SentFolder', () => {
  it('moves what is proved, and leaves no trace of the move', async () => {
    const { start, frame, find, frames, collection, sent, moved } = await openShoot()
    const sentFolder = start()
    sentFolder.sweep(collection)
    await expect.poll(() => moved).toEqual([frame.id])
    await sentFolder.close()
    expect(placeOf(find(frame.id))).toEqual([sent, 'Sent/a.jpg'])
    expect(existsSync(sent)).toBe(true)
    expect(frames.moves.ofCollection(collection.id)).toEqual([])
  })

  it('finds a file that a kill left moved and not written down, before anything else happens', async () => {
    const { start, frames, frame, find, collection, root, sent, moved } = await openShoot()
    frames.moves.reserve(frame, sent)
    mkdirSync(join(sent, '..'))
    renameSync(root, sent)
    const sentFolder = start()
    sentFolder.sweep(collection)
    expect(moved).toEqual([frame.id])
    expect(placeOf(find(frame.id))).toEqual([sent, 'Sent/a.jpg'])
    expect(frames.moves.ofCollection(collection.id)).toEqual([])
    await sentFolder.close()
  })

  it('finishes a move that a kill left with both names, also where the rules ask for no move any more', async () => {
    const { start, frames, frame, find, collection, folder, root, sent, moved } = await openShoot()
    frames.moves.reserve(frame, sent)
    mkdirSync(join(sent, '..'))
    linkSync(root, sent)
    const sentFolder = start()
    sentFolder.sweep(collection)
    await expect.poll(() => moved).toEqual([frame.id])
    await sentFolder.close()
    expect(readdirSync(folder)).toEqual(['Sent'])
    expect(placeOf(find(frame.id))).toEqual([sent, 'Sent/a.jpg'])

    frames.moves.reserve(frame, `${sent}x`)
    renameSync(sent, `${sent}x`)
    const { sentFolder: _, ...rules } = collection.rules
    start().sweep({ ...collection, rules })
    expect(placeOf(find(frame.id))).toEqual([`${sent}x`, 'Sent/a.jpgx'])
  })

  it('waits with a cut-off move while its disk is away', async () => {
    const { sweep, frames, frame, find, collection, folder, root, sent } = await openShoot()
    frames.moves.reserve(frame, sent)
    mkdirSync(join(sent, '..'))
    renameSync(root, sent)
    renameSync(folder, `${folder}-away`)
    await sweep()
    expect(placeOf(find(frame.id))).toEqual([root, 'a.jpg'])
    renameSync(`${folder}-away`, folder)
    await sweep()
    expect(placeOf(find(frame.id))).toEqual([sent, 'Sent/a.jpg'])
    expect(frames.moves.ofCollection(collection.id)).toEqual([])
  })

  it('gives no file the path of another row, even where that one’s file is gone', async () => {
    const { start, add, write, frames, frame, find, collection, sent, moved } = await openShoot()
    const [earlier] = add(write('Sent/a.jpg', 'sent before'))
    unlinkSync(sent)
    const sentFolder = start()
    sentFolder.sweep(collection)
    await expect.poll(() => moved).toEqual([frame.id])
    await sentFolder.close()
    expect(placeOf(find(frame.id))[1]).toBe('Sent/a-2.jpg')
    expect(placeOf(find(earlier?.id ?? ''))[1]).toBe('Sent/a.jpg')
    expect(frames.ids({ collectionId: collection.id, filter: 'all' })).toHaveLength(2)
  })
})
