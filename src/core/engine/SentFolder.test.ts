import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import type { Collection } from '../../shared/model/collection.ts'
import type { Frame } from '../catalog/records.ts'
import type { Clock } from '../files/Clock.ts'
import { openRoom } from '../transfer/testing/openRoom.ts'
import { SentFolder } from './SentFolder.ts'

const proof = { sizeBytes: 1, sha256: 'a'.repeat(64), etag: 'e', how: 'sent', provedAtMs: 1 } as const

/** No pause is longer than it takes others to have their turn. */
const hastyClock: Clock = {
  now: () => Date.now(),
  setTimer: (_delayMs, run) => {
    const timer = setImmediate(run)
    return () => clearImmediate(timer)
  }
}

/** Whether a program has every file open, how often each was to be renamed meanwhile, and whether one can be removed. */
const held = vi.hoisted(() => ({ isHeld: false, asked: new Map<string, number>(), canUnlink: true }))

/** From now on, until the test ends. */
function hold(): void {
  held.isHeld = true
  held.asked.clear()
  onTestFinished(() => void Object.assign(held, { isHeld: false, canUnlink: true }))
}

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>()
  return {
    ...real,
    renameSync: (from: string, to: string) => {
      if (!held.isHeld) return real.renameSync(from, to)
      held.asked.set(from, (held.asked.get(from) ?? 0) + 1)
      throw Object.assign(new Error('EBUSY: resource busy or locked, rename'), { code: 'EBUSY' })
    },
    unlinkSync: (path: string) => {
      if (held.canUnlink) return real.unlinkSync(path)
      throw Object.assign(new Error('EBUSY: resource busy or locked, unlink'), { code: 'EBUSY' })
    }
  }
})

/** A watched folder with one file that is proved. */
async function openShoot() {
  const room = openRoom()
  const collection: Collection = {
    ...room.collection,
    kind: 'watch',
    rules: { ...room.collection.rules, sentFolder: 'Sent' }
  }
  const moved: string[] = []
  /** Whether the folder is known to be there, and to be the one that was meant. */
  const world = { isThere: true }
  const start = () =>
    new SentFolder({
      frames: room.frames,
      uploads: room.uploads,
      clock: hastyClock,
      collectionOf: () => (world.isThere ? collection : null),
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
  return { ...room, collection, frame, root, sent, moved, start, sweep, world }
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
  it('takes away the empty name that a killed move had reserved, and nothing that has content', async () => {
    const { start, frames, frame, collection, root, sent } = await openShoot()
    const { sentFolder: _, ...rules } = collection.rules
    mkdirSync(join(sent, '..'))
    for (const content of ['', 'somebody else’s']) {
      frames.moves.reserve(frame, sent)
      writeFileSync(sent, content)
      start().sweep({ ...collection, rules })
      expect(frames.moves.ofCollection(collection.id)).toEqual([])
      expect([existsSync(root), existsSync(sent)]).toEqual([true, content !== ''])
    }
  })

  it('takes it away also where the file was edited before the next start', async () => {
    const { start, frames, frame, collection, root, sent } = await openShoot()
    frames.moves.reserve(frame, sent)
    mkdirSync(join(sent, '..'))
    writeFileSync(sent, '')
    writeFileSync(root, 'edited since')
    const sentFolder = start()
    sentFolder.sweep(collection)
    await sentFolder.close()
    expect(existsSync(sent)).toBe(false)
    expect(frames.moves.ofCollection(collection.id)).toEqual([])
  })

  it('writes down a minute later where a file is that was moved while the catalog took nothing', async () => {
    const { start, frames, frame, find, collection, sent, moved } = await openShoot()
    const sentFolder = start()
    const noRoom = vi.spyOn(frames, 'setPlace').mockImplementation(() => {
      throw new AppError('disk-full', 'The test has filled the disk')
    })
    sentFolder.sweep(collection)
    await expect.poll(() => sentFolder.problemOf(collection.id)?.code).toBe('disk-full')
    sentFolder.lookAgain([collection])
    expect([existsSync(sent), find(frame.id).relativePath, moved]).toEqual([true, 'a.jpg', []])
    noRoom.mockRestore()
    sentFolder.lookAgain([collection])
    expect([find(frame.id).relativePath, moved]).toEqual(['Sent/a.jpg', [frame.id]])
    expect(sentFolder.problemOf(collection.id)).toBeNull()
    await sentFolder.close()
  })

  it('does again, a minute later, what the catalog did not take of a sweep', async () => {
    const { start, frames, frame, collection, sent, moved } = await openShoot()
    const sentFolder = start()
    const noRoom = vi.spyOn(frames.moves, 'ofCollection').mockImplementation(() => {
      throw new AppError('already-running', 'The test has locked the catalog')
    })
    sentFolder.sweep(collection)
    expect(sentFolder.problemOf(collection.id)?.code).toBe('already-running')
    noRoom.mockRestore()
    sentFolder.lookAgain([collection])
    await expect.poll(() => moved).toEqual([frame.id])
    expect(existsSync(sent)).toBe(true)
    await sentFolder.close()
  })

  it('asks the catalog nothing about frames where no collection wants its files moved, and learns when one does', async () => {
    const { start, frames, frame, collection, moved } = await openShoot()
    const sentFolder = start()
    const { sentFolder: _, ...rules } = collection.rules
    sentFolder.sweep({ ...collection, rules })
    const asked = vi.spyOn(frames, 'statusOf')
    sentFolder.frameChanged(frame.id)
    expect(asked).not.toHaveBeenCalled()
    sentFolder.lookAgain([collection]) // another engine has written other rules
    await expect.poll(() => moved).toEqual([frame.id])
    await sentFolder.close()
  })

  it('says which file another program has open, and moves it a minute later, when it is closed', async () => {
    const { start, frames, frame, collection, root, sent, moved } = await openShoot()
    const sentFolder = start()
    const held = vi.spyOn(frames.moves, 'reserve').mockImplementation(() => {
      throw new AppError('file-in-use', `${root} cannot be moved`)
    })
    sentFolder.sweep(collection)
    await expect
      .poll(() => sentFolder.problemOf(collection.id))
      .toEqual({ code: 'file-in-use', detail: `${root} cannot be moved` })
    held.mockRestore()
    sentFolder.lookAgain([collection])
    await expect.poll(() => moved).toEqual([frame.id])
    expect([existsSync(sent), sentFolder.problemOf(collection.id)]).toEqual([true, null])
    await sentFolder.close()
  })

  it('waits for one file that a program holds, and asks once for each of the others', async () => {
    const { sending, uploads, start, collection, moved } = await openShoot()
    for (const name of ['b.jpg', 'c.jpg', 'd.jpg'])
      uploads.saveState((await sending(name, name)).upload, { kind: 'done', proof })
    const sentFolder = start()
    hold()
    sentFolder.sweep(collection)
    await expect.poll(() => [...held.asked.values()]).toEqual([8, 1, 1, 1])
    expect(sentFolder.problemOf(collection.id)?.code).toBe('file-in-use')
    held.isHeld = false
    await vi.waitFor(() => {
      sentFolder.lookAgain([collection])
      expect(moved).toHaveLength(4)
    })
    expect(sentFolder.problemOf(collection.id)).toBeNull()
    await sentFolder.close()
  })

  it('keeps saying that a file is in use while it is tried again, also where a kill has left a note of it', async () => {
    const { start, frames, frame, collection, sent } = await openShoot()
    hold()
    const sentFolder = start()
    sentFolder.sweep(collection)
    await expect.poll(() => sentFolder.problemOf(collection.id)?.code).toBe('file-in-use')
    frames.moves.reserve(frame, sent)
    sentFolder.lookAgain([collection])
    expect(sentFolder.problemOf(collection.id)?.code).toBe('file-in-use')
    await sentFolder.close()
  })

  it('leaves a file where a person has put it while the one that was to go there was held', async () => {
    const { start, frames, collection, root, sent } = await openShoot()
    hold()
    const sentFolder = start()
    sentFolder.sweep(collection)
    await expect.poll(() => sentFolder.problemOf(collection.id)?.code).toBe('file-in-use')
    expect(frames.moves.ofCollection(collection.id)).toEqual([])
    writeFileSync(root, 'edited since')
    writeFileSync(sent, 'put there by a person')
    sentFolder.lookAgain([collection])
    await sentFolder.close()
    expect([readFileSync(root, 'utf8'), readFileSync(sent, 'utf8')]).toEqual(['edited since', 'put there by a person'])
  })

  it('tries again neither past an empty file that it cannot remove, nor every minute', async () => {
    const { start, frames, collection, root, sent, moved } = await openShoot()
    hold()
    held.canUnlink = false
    const sentFolder = start()
    sentFolder.sweep(collection)
    await expect.poll(() => sentFolder.problemOf(collection.id)?.code).toBe('file-unreadable')
    sentFolder.lookAgain([collection])
    await sentFolder.close()
    const next = start()
    next.sweep(collection)
    expect(next.problemOf(collection.id)?.code).toBe('file-unreadable')
    expect([readdirSync(join(sent, '..')), held.asked.get(root)]).toEqual([['a.jpg'], 1])
    expect(frames.moves.ofCollection(collection.id)).toHaveLength(1)

    Object.assign(held, { isHeld: false, canUnlink: true })
    next.sweep(collection)
    await expect.poll(() => moved).toHaveLength(1)
    expect([readdirSync(join(sent, '..')), next.problemOf(collection.id)]).toEqual([['a.jpg'], null])
    await next.close()
  })

  it('touches nothing while it is not known whose folder it is, whatever asks for it', async () => {
    const { start, frames, frame, find, collection, folder, root, sent, moved, world } = await openShoot()
    const away = join(folder, 'away')
    frames.moves.reserve(frame, sent)
    mkdirSync(join(sent, '..'))
    renameSync(root, away)
    writeFileSync(sent, 'of another card')
    world.isThere = false
    const sentFolder = start()
    sentFolder.sweep(collection)
    sentFolder.lookAgain([collection])
    sentFolder.frameChanged(frame.id)
    expect([existsSync(root), readFileSync(sent, 'utf8'), moved]).toEqual([false, 'of another card', []])
    expect(frames.moves.ofCollection(collection.id)).toHaveLength(1)

    renameSync(away, sent)
    world.isThere = true
    sentFolder.sweep(collection)
    expect(placeOf(find(frame.id))).toEqual([sent, 'Sent/a.jpg'])
    await sentFolder.close()
  })

  it('tells a fault of its own, and goes on a minute later', async () => {
    const { start, uploads, frame, collection, moved } = await openShoot()
    const sentFolder = start()
    const broken = vi.spyOn(uploads, 'ofFrame').mockImplementation(() => {
      throw new TypeError('The test has broken the catalog')
    })
    sentFolder.sweep(collection)
    await expect.poll(() => sentFolder.problemOf(collection.id)?.code).toBe('internal')
    broken.mockRestore()
    sentFolder.lookAgain([collection])
    await expect.poll(() => moved).toEqual([frame.id])
    expect(sentFolder.problemOf(collection.id)).toBeNull()
    await sentFolder.close()
  })

  it('goes on a minute later where the catalog did not even say whose file it was', async () => {
    const { start, frames, frame, collection, moved } = await openShoot()
    const sentFolder = start()
    const broken = vi.spyOn(frames, 'find').mockImplementation(() => {
      throw new TypeError('The test has broken the catalog')
    })
    sentFolder.sweep(collection)
    await vi.waitFor(() => expect(broken).toHaveBeenCalled())
    broken.mockRestore()
    sentFolder.lookAgain([collection])
    await expect.poll(() => moved).toEqual([frame.id])
    await sentFolder.close()
  })

  it('says that a file could not be moved as long as that is so, whatever becomes of others', async () => {
    const { sending, uploads, start, frames, frame, collection, moved, folder } = await openShoot()
    const other = await sending('b.jpg', 'y')
    uploads.saveState(other.upload, { kind: 'done', proof })
    const sentFolder = start()
    const { reserve } = frames.moves
    const refused = vi.spyOn(frames.moves, 'reserve').mockImplementation((one, path) => {
      if (one.id === frame.id) throw new AppError('file-unreadable', 'a.jpg cannot be moved')
      return reserve.call(frames.moves, one, path)
    })
    sentFolder.sweep(collection)
    await expect.poll(() => moved).toEqual([other.frame.id])
    expect(sentFolder.problemOf(collection.id)).toEqual({ code: 'file-unreadable', detail: 'a.jpg cannot be moved' })
    refused.mockRestore()
    unlinkSync(join(folder, 'a.jpg'))
    sentFolder.sweep(collection)
    await expect.poll(() => sentFolder.problemOf(collection.id)).toBeNull()
    await sentFolder.close()
  })

  it('gives back what was saved over the file while it was moved, where a kill left that among the sent ones', async () => {
    const { sweep, frames, frame, find, collection, folder, root, sent } = await openShoot()
    for (const home of ['nothing', 'newest']) {
      frames.moves.reserve(frame, sent)
      mkdirSync(join(sent, '..'), { recursive: true })
      unlinkSync(root)
      writeFileSync(sent, `newer than ${home}`)
      if (home !== 'nothing') writeFileSync(root, home)
      await sweep()
      expect([existsSync(sent), placeOf(find(frame.id))]).toEqual([false, [root, 'a.jpg']])
      expect(frames.moves.ofCollection(collection.id)).toEqual([])
    }
    expect(readFileSync(root, 'utf8')).toBe('newest')
    expect(readFileSync(join(folder, 'a-2.jpg'), 'utf8')).toBe('newer than newest')
  })
})
