import { act, screen, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { Totals } from '../../../shared/model/frame.ts'
import { defaultSettings } from '../../../shared/model/settings.ts'
import type { Bandwidth } from '../../../shared/model/transfer.ts'
import { fakeCollections } from '../testing/fakeData.ts'
import { fakeTotals } from '../testing/fakeFrames.ts'
import { renderWindow } from '../testing/renderWindow.tsx'

async function openStrip(change: Partial<Totals>, bandwidth: Bandwidth = defaultSettings.transfer.bandwidth) {
  const { fake } = renderWindow({ frames: 20 }, (one) =>
    one.answer('settings:get', async () => ({
      ...defaultSettings,
      transfer: { ...defaultSettings.transfer, bandwidth }
    }))
  )
  await screen.findByRole('listbox')
  act(() => fake.emit('queue:measured', [{ ...fakeTotals(null, fake.frames), ...change }]))
  return { ...within(screen.getByRole('region', { name: 'Transfer' })), fake }
}

describe('the strip at the foot', () => {
  it('says what it is limited to, and nothing of a limit where there is none', async () => {
    const strip = await openStrip({ limitBytesPerSecond: 2_000_000, bytesPerSecond: 1.9e6 })
    expect(strip.getByText(/^1\.9 MB\/s/)).toHaveTextContent('1.9 MB/s, limited to 2 MB/s · about 11 min left')
  })

  it('says that all that waits is not connected, where that is so', async () => {
    const strip = await openStrip({ waiting: 20, working: 0, done: 0, needsYou: 0, bytesPerSecond: 0 })
    const tell = (state: 'working' | 'not-connected') =>
      act(() => strip.fake.emit('collections:changed', [...fakeCollections(20).map((one) => ({ ...one, state }))]))
    tell('working')
    expect(strip.getByText(/^At work/)).toBeVisible()
    tell('not-connected')
    expect(strip.getByText('Waiting for what is not connected')).toBeVisible()
  })

  it('has no word of a limit where there is none', async () => {
    const strip = await openStrip({ limitBytesPerSecond: null })
    expect(strip.queryByText(/limited/)).toBeNull()
  })

  it('says until when the timetable holds everything', async () => {
    const now = new Date()
    const minute = now.getHours() * 60 + now.getMinutes()
    const days = [0, 1, 2, 3, 4, 5, 6]
    // Two hours from this minute, over midnight or not.
    const closed = { days, fromMinute: minute, toMinute: (minute + 120) % 1440, bytesPerSecond: 0 }
    const strip = await openStrip({ hold: 'timetable' }, { bytesPerSecond: null, timetable: [closed] })
    expect(strip.getByText(/^Held by your timetable until \d\d:\d\d$/)).toBeVisible()
  })

  it('claims no hour where the timetable has none', async () => {
    const always = { days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 0, toMinute: 1440, bytesPerSecond: 0 }
    const strip = await openStrip({ hold: 'timetable' }, { bytesPerSecond: null, timetable: [always] })
    expect(strip.getByText('Held: your timetable sends nothing at this hour')).toBeVisible()
  })
})
