import { describe, expect, it } from 'vitest'
import { defaultTransferSettings, type TransferSettings } from '../../../shared/model/transfer.ts'
import { MiB } from '../../../shared/units.ts'
import { readTime } from './hoursDraft.ts'
import { newEntryDraft, readTransferDraft, type TransferDraft, toTransferDraft } from './transferDraft.ts'

const draft = (change: Partial<TransferDraft> = {}): TransferDraft => ({
  ...toTransferDraft(defaultTransferSettings),
  ...change
})
const limitOf = (text: string, unit: 'KB/s' | 'MB/s') =>
  readTransferDraft(draft({ hasLimit: true, rate: { text, unit } }))

describe('the draft of the transfer settings', () => {
  it('comes back as what it was made of, in every unit and over midnight', () => {
    const settings: TransferSettings = {
      order: 'smallest',
      renditionsFirst: true,
      partBytes: 64 * MiB,
      bufferBytes: 512 * MiB,
      bandwidth: {
        bytesPerSecond: 2_500_000,
        timetable: [
          { days: [0, 6], fromMinute: 22 * 60, toMinute: 6 * 60 + 30, bytesPerSecond: null },
          { days: [1], fromMinute: 0, toMinute: 1440, bytesPerSecond: 0 },
          { days: [5], fromMinute: 600, toMinute: 660, bytesPerSecond: 16_384 }
        ]
      }
    }
    expect(readTransferDraft(toTransferDraft(settings)).settings).toEqual(settings)
    expect(readTransferDraft(draft()).settings).toEqual(defaultTransferSettings)
  })

  it('reads a limit with a point or a comma', () => {
    expect(limitOf('2', 'MB/s').settings?.bandwidth.bytesPerSecond).toBe(2_000_000)
    expect(limitOf(' 1,5 ', 'MB/s').settings?.bandwidth.bytesPerSecond).toBe(1_500_000)
    expect(limitOf('750.5', 'KB/s').settings?.bandwidth.bytesPerSecond).toBe(750_500)
  })

  it.each(['', 'fast', '0', '-2', '1e9', '2 MB', '16', '99999999'])('does not take %o KB/s', (text) => {
    const { settings, errors } = limitOf(text, 'KB/s')
    expect(settings).toBeNull()
    expect(errors.rate).toMatch(/at least 17 KB\/s/)
  })

  it('does not mind what stands in a field that is switched off', () => {
    const off = draft({ rate: { text: 'fast', unit: 'MB/s' }, partMiB: 'large' })
    expect(readTransferDraft(off).settings).toEqual(defaultTransferSettings)
  })

  it.each(['', '7', '513', '16.5', 'large'])('does not take parts of %o MiB', (partMiB) => {
    expect(readTransferDraft(draft({ hasPartSize: true, partMiB }))).toMatchObject({
      settings: null,
      errors: { partMiB: 'A whole number of MiB, from 8 to 512', bufferMiB: null }
    })
  })

  it.each(['63', '4097', ''])('does not take %o MiB of memory', (bufferMiB) => {
    expect(readTransferDraft(draft({ bufferMiB })).errors.bufferMiB).not.toBeNull()
  })

  it('says at each field of the timetable what is wrong with it', () => {
    const entry = { ...newEntryDraft([]), days: new Set<number>(), from: '24:00', to: '25', rule: 'limit' as const }
    const { settings, errors } = readTransferDraft(
      draft({ timetable: [newEntryDraft([]), { ...entry, rate: { text: '1', unit: 'KB/s' } }] })
    )
    expect(settings).toBeNull()
    expect(errors.timetable[0]).toEqual({ days: null, from: null, to: null, rate: null })
    expect(Object.values(errors.timetable[1] ?? {}).every((error) => error !== null)).toBe(true)
  })
})

describe('readTime', () => {
  it('reads what people write', () => {
    expect(['9', '09:00', '9.30', '24:00', '0:05'].map(readTime)).toEqual([540, 540, 570, 1440, 5])
  })

  it.each(['', '24:01', '12:60', '9:5', 'noon', '-1', '009'])('does not take %o', (text) => {
    expect(readTime(text)).toBeNull()
  })
})
