import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultSettings } from '../../shared/model/settings.ts'
import { openTerminal } from '../testing/openTerminal.ts'

let terminal: Awaited<ReturnType<typeof openTerminal>>
beforeAll(async () => {
  terminal = await openTerminal()
})
afterAll(() => terminal.close())

const keysBelow = async (prefix: string) => {
  const { json } = await terminal.silverdrop('looker', ['ls', prefix, '-r', '--json'])
  return (json as { objects: Array<{ key: string }> }).objects.map(({ key }) => key).toSorted()
}

// Each is several processes, one after the other.
describe('silverdrop push as a build step', { timeout: 180_000 }, () => {
  it('tells in a dry run what it would do and what it costs, and does nothing', async () => {
    const root = terminal.writeFiles('dry', { 'a.txt': 'one', 'in/b.txt': 'two' })
    const args = ['push', root, '--mirror', '--prefix', 'dry']
    const dry = await terminal.silverdrop('dry', [...args, '--dry-run', '--json'])
    expect(dry.status).toBe(0)
    expect(dry.json).toMatchObject({
      dryRun: true,
      files: 2,
      new: 2,
      changed: 0,
      unchanged: 0,
      onlyRemote: 0,
      bytes: 6,
      classA: 3,
      classB: 0,
      prefix: 'dry/'
    })
    expect((dry.json as { requestsUsd: number }).requestsUsd).toBeCloseTo(3 * 4.5e-6, 12)
    expect(dry.err).toContain('Nothing was sent')
    expect(await keysBelow('dry/')).toEqual([])
    expect((await terminal.silverdrop('dry', ['status', '--json'])).json).toMatchObject({ collections: [] })
  })

  it('sends only what changed, with a catalog and without one, and deletes nothing', async () => {
    const root = terminal.writeFiles('site', { 'a.txt': 'one', 'in/b.txt': 'two', 'in/c.txt': 'three' })
    const args = ['push', root, '--mirror', '--prefix', 'site', '--json']
    expect((await terminal.silverdrop('one machine', args)).json).toMatchObject({ uploaded: 3, new: 3, unchanged: 0 })
    terminal.writeFiles('site', { 'a.txt': 'ONE' })
    rmSync(join(root, 'in/c.txt'))
    const second = await terminal.silverdrop('another machine', args)
    expect(second.status).toBe(0)
    expect(second.json).toMatchObject({
      uploaded: 1,
      skipped: 1,
      new: 0,
      changed: 1,
      unchanged: 1,
      onlyRemote: 1,
      deleted: 0
    })
    expect(second.err).toContain('0 new, 1 changed, 1 unchanged, 1 only in the bucket')
    expect(await keysBelow('site/')).toEqual(['site/a.txt', 'site/in/b.txt', 'site/in/c.txt'])
  })

  it('imports a folder of nested and odd names under a prefix, each name as it is', async () => {
    const names = ["it's 100% #1 ?&+.txt", '日本/Zo\u00eb 🚀/deep/er.txt', 'two\nlines.txt', 'a b/ c .txt']
    const root = terminal.writeFiles('legacy', Object.fromEntries(names.map((name) => [name, `of ${name}`])))
    const args = ['push', root, '--mirror', '--prefix', 'migrated/', '--json']
    expect((await terminal.silverdrop('legacy', args)).json).toMatchObject({ files: 4, uploaded: 4, failed: 0 })
    expect(await keysBelow('migrated/')).toEqual(
      [
        "migrated/it's 100% #1 ?&+.txt",
        'migrated/日本/Zo\u00eb 🚀/deep/er.txt',
        'migrated/two-lines.txt', // no key holds a line end
        'migrated/a b/c .txt' // and no segment begins with a blank
      ].toSorted()
    )
    expect((await terminal.silverdrop('other legacy', args)).json).toMatchObject({ uploaded: 0, unchanged: 4 })
    expect((await terminal.silverdrop('legacy', ['status', root, '--json'])).json).toMatchObject({
      there: 4,
      missing: 0
    })
  })

  it('moves into the trash what is only in the bucket, when it is told to, and gives it back', async () => {
    const root = terminal.writeFiles('clean', { 'keep.txt': 'keep', 'old.txt': 'old', 'in/old.txt': 'older' })
    const beside = terminal.writeFiles('beside', { 'x.txt': 'x' })
    const args = ['push', root, '--mirror', '--prefix', 'clean', '--json']
    await terminal.silverdrop('clean', args)
    await terminal.silverdrop('clean', ['push', beside, '--mirror', '--prefix', 'clean-not'])
    rmSync(join(root, 'old.txt'))
    rmSync(join(root, 'in'), { recursive: true })
    const unasked = await terminal.silverdrop('clean', [...args, '--delete-extra'])
    expect(unasked.status).toBe(2)
    expect(unasked.err).toContain('--yes')
    const dry = await terminal.silverdrop('clean', [...args, '--delete-extra', '--dry-run'])
    expect(dry.json).toMatchObject({ onlyRemoteKeys: ['clean/in/old.txt', 'clean/old.txt'] })
    expect(await keysBelow('clean/')).toHaveLength(3)
    const ran = await terminal.silverdrop('clean', [...args, '--delete-extra', '--yes'])
    expect(ran.json).toMatchObject({ uploaded: 0, deleted: 2, failed: 0 })
    expect(ran.err).toContain('only in the bucket: clean/old.txt')
    expect(await keysBelow('clean')).toEqual(['clean-not/x.txt', 'clean/keep.txt'])
    const { undo } = ran.json as { undo: string }
    await terminal.silverdrop('clean', ['rm', '--undo', undo])
    expect(await keysBelow('clean/')).toHaveLength(3)
  })

  it('deletes nothing for a folder that is empty, gone, half readable or one of several, or without a prefix', async () => {
    const root = terminal.writeFiles('fragile', { 'a.txt': 'one', 'in/b.txt': 'two' })
    const args = (...more: string[]) => ['push', root, '--mirror', '--delete-extra', '--yes', ...more]
    await terminal.silverdrop('fragile', ['push', root, '--mirror', '--prefix', 'fragile'])

    const noPrefix = await terminal.silverdrop('fragile', args())
    expect([noPrefix.status, noPrefix.err]).toEqual([2, expect.stringContaining('--prefix')])
    expect((await terminal.silverdrop('fragile', args('--prefix', '../'))).status).toBe(2)
    const file = ['push', join(root, 'a.txt'), '--mirror', '--prefix', 'fragile', '--delete-extra', '--yes']
    expect((await terminal.silverdrop('fragile', file)).status).toBe(2)
    expect((await terminal.silverdrop('fragile', args(join(root, 'in'), '--prefix', 'fragile'))).status).toBe(2)

    rmSync(join(root, 'in'), { recursive: true })
    symlinkSync(terminal.folder, join(root, 'in')) // leads out of the folder, and so is not looked into
    const unreadable = await terminal.silverdrop('fragile', args('--prefix', 'fragile'))
    expect([unreadable.status, unreadable.err]).toEqual([1, expect.stringContaining('Nothing will be deleted')])

    renameSync(root, `${root} away`)
    expect((await terminal.silverdrop('fragile', args('--prefix', 'fragile'))).status).toBe(2)
    mkdirSync(root) // an empty mount point
    const empty = await terminal.silverdrop('fragile', args('--prefix', 'fragile'))
    expect([empty.status, empty.err]).toEqual([1, expect.stringContaining('Nothing will be deleted')])
    expect(await keysBelow('fragile/')).toEqual(['fragile/a.txt', 'fragile/in/b.txt'])
  })

  it('refuses a template with an unknown token before anything is looked at, and names a near one', async () => {
    const root = terminal.writeFiles('typo', { 'a.txt': 'one' })
    const ran = await terminal.silverdrop('typo', ['push', root, '--template', '{nmae}.{ext}', '--dry-run'])
    expect(ran.status).not.toBe(0)
    expect(ran.err).toContain('did you mean {name}?')
  })
})

describe('silverdrop push that has to wait', { timeout: 180_000 }, () => {
  it('says on standard error that the timetable sends nothing at this hour', async () => {
    const root = terminal.writeFiles('later', { 'a.txt': 'one' })
    const home = terminal.homePath('later')
    mkdirSync(home, { recursive: true })
    const never = { days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 0, toMinute: 1440, bytesPerSecond: 0 }
    const transfer = { ...defaultSettings.transfer, bandwidth: { bytesPerSecond: null, timetable: [never] } }
    writeFileSync(join(home, 'config.json'), JSON.stringify({ ...defaultSettings, transfer }))
    const ran = await terminal.silverdrop('later', ['push', root, '--mirror', '--prefix', 'later'], /timetable/)
    expect(ran.status).toBe(1)
    expect(ran.err).toMatch(/^Waiting: the timetable/)
    expect(await keysBelow('later/')).toEqual([])
  })
})

describe('silverdrop status of a folder', { timeout: 180_000 }, () => {
  it('ends with 0 where all of it is in the bucket, and else names what lacks', async () => {
    const root = terminal.writeFiles('covered', { 'a.txt': 'covered one', 'in/b.txt': 'covered two' })
    await terminal.silverdrop('covered', ['push', root, '--mirror', '--prefix', 'covered'])
    const whole = await terminal.silverdrop('covered', ['status', root])
    expect(whole).toMatchObject({ status: 0, out: '' })
    expect(whole.err).toContain('All 2 files are in the bucket as on disk.')
    terminal.writeFiles('covered', { 'in/b.txt': 'edited', 'new\nline.txt': 'new' })
    const lacking = await terminal.silverdrop('covered', ['status', root])
    expect(lacking.status).toBe(1)
    expect(lacking.out).toMatch(/Not in the bucket +new\ufffdline\.txt\n/)
    expect(lacking.out).toMatch(/Another version in the bucket +in\/b\.txt\n/)
    const elsewhere = await terminal.silverdrop('never seen', ['status', root, '--prefix', 'covered', '--json'])
    expect(elsewhere.json).toMatchObject({ there: 1, stale: 1, missing: 1, onlyRemote: 0, collection: null })
    expect((await terminal.silverdrop('covered', ['status', join(root, 'nowhere')])).status).toBe(1)
    expect((await terminal.silverdrop('covered', ['status', '--prefix', 'x'])).status).toBe(2)
  })
})
