import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { defaultTransferSettings } from '../../../shared/model/transfer.ts'
import { MiB } from '../../../shared/units.ts'
import { renderWindow } from '../testing/renderWindow.tsx'

async function openTransfer() {
  const opened = renderWindow({ frames: 0 })
  await opened.user.click(await screen.findByRole('button', { name: 'Settings' }))
  const section = within(await screen.findByRole('region', { name: 'Transfer settings' }))
  const saved = () => opened.fake.asked.findLast(({ name }) => name === 'settings:change')?.input
  const save = () => opened.user.click(section.getByRole('button', { name: 'Save' }))
  const refill = async (field: HTMLElement, text: string) => {
    await opened.user.clear(field)
    await opened.user.type(field, text)
  }
  return { ...opened, section, saved, save, refill }
}

describe('the transfer settings', () => {
  it('save a limit, and say beside its field what is wrong with it', async () => {
    const { user, section, saved, save, refill } = await openTransfer()
    await user.click(section.getByRole('radio', { name: 'Limited' }))
    await refill(section.getByLabelText('At most'), '3')
    await user.click(section.getByRole('radio', { name: 'KB/s' }))
    expect(await section.findByText(/at least 17 KB\/s/)).toBeVisible()
    expect(section.getByRole('button', { name: 'Save' })).toBeDisabled()
    await user.click(section.getByRole('radio', { name: 'MB/s' }))
    await save()
    await screen.findByText('Saved. It holds from now on')
    expect(saved()).toEqual({
      transfer: { ...defaultTransferSettings, bandwidth: { bytesPerSecond: 3_000_000, timetable: [] } }
    })
    expect(section.queryByRole('button', { name: 'Save' })).toBeNull()
  })

  it('save order, web copies first, part size and memory', async () => {
    const { user, section, saved, save, refill } = await openTransfer()
    await user.click(section.getByRole('button', { name: /What goes next/ }))
    await user.click(await screen.findByRole('option', { name: 'Smallest first' }))
    await user.click(section.getByRole('switch', { name: /^Web copies before originals/ }))
    await user.click(section.getByRole('radio', { name: 'Always the same' }))
    await refill(section.getByLabelText('Part size, MiB'), '64')
    await refill(section.getByLabelText('Memory for files, MiB'), '512')
    await save()
    await waitFor(() =>
      expect(saved()).toEqual({
        transfer: {
          ...defaultTransferSettings,
          order: 'smallest',
          renditionsFirst: true,
          partBytes: 64 * MiB,
          bufferBytes: 512 * MiB
        }
      })
    )
  })

  it('take hours over midnight, and say that they end on the day after', async () => {
    const { user, section, saved, save, refill } = await openTransfer()
    await user.click(section.getByRole('button', { name: 'Add hours' }))
    const hours = within(section.getByRole('group', { name: 'Hours 1' }))
    for (const day of ['Mon', 'Tue', 'Wed', 'Thu']) await user.click(hours.getByRole('button', { name: day }))
    await refill(hours.getByLabelText('From'), '22')
    await refill(hours.getByLabelText('To'), '6:30')
    expect(hours.getByText(/ends on the day after/)).toBeVisible()
    await user.click(hours.getByRole('radio', { name: 'Nothing is sent' }))
    await save()
    await waitFor(() =>
      expect(saved()).toMatchObject({
        transfer: {
          bandwidth: { timetable: [{ days: [5], fromMinute: 1320, toMinute: 390, bytesPerSecond: 0 }] }
        }
      })
    )
  })

  it('need a day and times, and change places of hours, since the first that fits decides', async () => {
    const { user, section, saved, save, refill } = await openTransfer()
    await user.click(section.getByRole('button', { name: 'Add hours' }))
    await user.click(section.getByRole('button', { name: 'Add hours' }))
    const second = () => within(section.getByRole('group', { name: 'Hours 2' }))
    for (const day of ['Mon', 'Tue', 'Wed', 'Thu', 'Fri']) {
      await user.click(second().getByRole('button', { name: day }))
    }
    await refill(second().getByLabelText('To'), '25:00')
    expect(second().getByText('Choose at least one day')).toBeVisible()
    expect(second().getByText('A time like 22:00')).toBeVisible()
    expect(section.getByRole('button', { name: 'Save' })).toBeDisabled()

    await user.click(second().getByRole('button', { name: 'Sun' }))
    await refill(second().getByLabelText('To'), '24:00')
    await user.click(second().getByRole('button', { name: 'Move hours 2 up' }))
    await save()
    await waitFor(() =>
      expect(saved()).toMatchObject({
        transfer: { bandwidth: { timetable: [{ days: [0], toMinute: 1440 }, { days: [1, 2, 3, 4, 5] }] } }
      })
    )
  })

  it('mark the hours that decide now', async () => {
    const { user, section } = await openTransfer()
    await user.click(section.getByRole('button', { name: 'Add hours' }))
    const hours = within(section.getByRole('group', { name: 'Hours 1' }))
    // Of the default's five days, two are missing for a line that holds always.
    for (const day of ['Sat', 'Sun']) await user.click(hours.getByRole('button', { name: day }))
    for (const label of ['From', 'To']) {
      await user.clear(hours.getByLabelText(label))
      await user.type(hours.getByLabelText(label), '0:00')
    }
    expect(await hours.findByText('decides now')).toBeVisible()
  })

  it('keep the draft when saving fails, and let it be taken back', async () => {
    const { fake, user, section, save } = await openTransfer()
    fake.answer('settings:change', async () => {
      throw new AppError('disk-full', 'ENOSPC')
    })
    await user.click(section.getByRole('switch', { name: /^Web copies/ }))
    await save()
    expect(await screen.findByText(/disk is full/)).toBeVisible()
    expect(section.getByRole('switch', { name: /^Web copies/ })).toBeChecked()
    await user.click(section.getByRole('button', { name: 'Take back' }))
    expect(section.getByRole('switch', { name: /^Web copies/ })).not.toBeChecked()
  })
})
