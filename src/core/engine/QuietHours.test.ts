import { expect, it } from 'vitest'
import type { Collection } from '../../shared/model/collection.ts'
import { createPaperDarkroom, openRoom, photoFacts, SESSION } from '../transfer/testing/openRoom.ts'
import { QuietHours } from './QuietHours.ts'

const NIGHT = [{ days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 23 * 60, toMinute: 6 * 60 }]

it('lets RAW go by night and wait by day, and says when something can go', async () => {
  const room = openRoom()
  room.add(room.write('a.cr3', 'a raw'))
  await room.prepare(createPaperDarkroom({ ...photoFacts, kind: 'raw' }))
  let at = new Date(2026, 10, 21, 22, 59)
  let rules: Collection['rules'] = { ...room.collection.rules, quiet: { kinds: ['raw'], hours: NIGHT } }
  const released: Date[] = []
  const quiet = new QuietHours({
    quiet: room.uploads.quiet,
    collections: () => [{ ...room.collection, rules }],
    nowMs: () => at.getTime(),
    onReleased: () => released.push(at)
  })
  const waits = () => room.uploads.takeToSend(SESSION, Date.now(), { accounts: [], frames: [] }, 1).length === 0

  quiet.look()
  quiet.look()
  expect([waits(), released.length]).toEqual([true, 0])
  at = new Date(2026, 10, 21, 23, 0)
  quiet.look()
  expect(released).toEqual([at])
  at = new Date(2026, 10, 22, 6, 0)
  quiet.look()
  expect([waits(), quiet.waitingKinds({ ...room.collection, rules })]).toEqual([true, ['raw']])

  rules = { ...rules, quiet: { kinds: ['video'], hours: NIGHT } }
  quiet.rulesChanged(room.collection.id)
  expect([released.length, waits()]).toEqual([2, false])
})
