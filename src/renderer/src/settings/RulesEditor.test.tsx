import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { CollectionRules } from '../../../shared/model/collection.ts'
import { STUDIO_TETHER } from '../testing/fakeFrames.ts'
import { renderWindow } from '../testing/renderWindow.tsx'

async function openRules(place: RegExp) {
  const opened = renderWindow({ frames: 3 })
  await opened.user.click(await screen.findByRole('button', { name: place }))
  await opened.user.click(await screen.findByRole('button', { name: 'Collection actions' }))
  await opened.user.click(await screen.findByRole('menuitem', { name: 'Collection settings…' }))
  const dialog = within(await screen.findByRole('dialog'))
  const unfold = (name: RegExp) => opened.user.click(dialog.getByRole('button', { name }))
  /** What is sent to the engine when it is saved. */
  async function save(): Promise<CollectionRules | undefined> {
    await opened.user.click(dialog.getByRole('button', { name: 'Save' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    const asked = opened.fake.asked.findLast((one) => one.name === 'collections:change')
    return asked?.name === 'collections:change' ? asked.input.rules : undefined
  }
  return { ...opened, dialog, unfold, save }
}

describe('the rules of a collection', () => {
  it('stand folded, each with what is set in it', async () => {
    const { dialog } = await openRules(/^Studio tether/)
    for (const name of [
      'What goes Every photo goes',
      'Quiet hours All goes at once',
      'After it is sent Files stay where they are',
      'Shots By their names',
      'Cache-Control As usual'
    ]) {
      expect(dialog.getByRole('button', { name })).toHaveAttribute('aria-expanded', 'false')
    }
  })

  it('say what goes by patterns, kinds, sizes, stars, labels and keywords', async () => {
    const { dialog, user, unfold, save } = await openRules(/^Studio tether/)
    await unfold(/^What goes/)
    await user.type(dialog.getByLabelText('Only these files and folders'), '*.nef{Enter}Selects/')
    await user.type(dialog.getByLabelText('Never these'), '*-draft.*')
    await user.click(dialog.getByRole('checkbox', { name: 'Videos' }))
    await user.type(dialog.getByLabelText('Not smaller than, MB'), '0.5')
    await user.type(dialog.getByLabelText('With one of these colour labels'), 'Green, Blue')
    await user.type(dialog.getByLabelText('With one of these keywords'), 'portfolio')
    await user.click(dialog.getByRole('button', { name: /Rated at least/ }))
    await user.click(await screen.findByRole('option', { name: '3 stars or more' }))
    expect((await save())?.selection).toEqual({
      include: ['*.nef', 'Selects/'],
      exclude: ['*-draft.*'],
      kinds: ['photo', 'raw', 'pdf', 'sidecar', 'other'],
      leastBytes: 500_000,
      mostBytes: null,
      leastRating: 3,
      labels: ['Green', 'Blue'],
      keywords: ['portfolio']
    })
  })

  it('are no rules once nothing is left out by them', async () => {
    const { dialog, user, unfold, save } = await openRules(/^Studio tether/)
    await unfold(/^What goes/)
    await user.type(dialog.getByLabelText('Never these'), 'a')
    await user.clear(dialog.getByLabelText('Never these'))
    expect(await save()).not.toHaveProperty('selection')
  })

  it('cannot be saved with a size that is none, and say so beside it', async () => {
    const { dialog, user, unfold } = await openRules(/^Studio tether/)
    await unfold(/^What goes/)
    await user.type(dialog.getByLabelText('Not larger than, MB'), 'huge')
    expect(dialog.getByText('A size in MB like 200, or nothing')).toBeVisible()
    expect(dialog.getByText('Something under “What goes” cannot be used yet.')).toBeVisible()
    expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled()
    await user.clear(dialog.getByLabelText('Not larger than, MB'))
    expect(dialog.getByRole('button', { name: 'Save' })).toBeEnabled()
  })

  it('let RAW wait for the night, or other kinds for other hours', async () => {
    const { dialog, user, unfold, save } = await openRules(/^Studio tether/)
    await unfold(/^Quiet hours/)
    await user.click(dialog.getByRole('switch', { name: 'Originals wait for quiet hours' }))
    expect(dialog.getByRole('button', { name: 'Quiet hours RAW: 22:00–06:00' })).toBeVisible()
    const kinds = within(dialog.getByRole('group', { name: 'These wait' }))
    await user.click(kinds.getByRole('checkbox', { name: 'Videos' }))
    const from = dialog.getByRole('textbox', { name: 'From' })
    await user.clear(from)
    await user.type(from, '25')
    expect(dialog.getByText('A time like 22:00')).toBeVisible()
    expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled()
    await user.clear(from)
    await user.type(from, '1:30')
    const rules = await save()
    expect(rules?.quiet).toEqual({
      kinds: ['raw', 'video'],
      hours: [{ days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 90, toMinute: 360 }]
    })
  })

  it('do not let anything wait for hours that never come', async () => {
    const { dialog, user, unfold, save } = await openRules(/^Studio tether/)
    await unfold(/^Quiet hours/)
    const isOn = dialog.getByRole('switch', { name: 'Originals wait for quiet hours' })
    await user.click(isOn)
    await user.click(dialog.getByRole('button', { name: 'Remove hours 1' }))
    expect(dialog.getByText('Without hours nothing that waits would ever go.')).toBeVisible()
    expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled()
    await user.click(isOn)
    expect(await save()).not.toHaveProperty('quiet')
  })

  it('move what is sent, and say that nothing is deleted', async () => {
    const { dialog, user, unfold, save } = await openRules(/^Studio tether/)
    await unfold(/^After it is sent/)
    await user.click(dialog.getByRole('switch', { name: /^Move sent files/ }))
    expect(dialog.getByText(/Silverdrop never deletes a file/)).toBeVisible()
    const folder = dialog.getByLabelText('Folder for sent files')
    await user.clear(folder)
    await user.type(folder, '../up')
    expect(dialog.getByText(/^One plain name/)).toBeVisible()
    expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled()
    await user.clear(folder)
    await user.type(folder, 'Done')
    expect((await save())?.sentFolder).toBe('Done')
  })

  it('offer no such move where the files come from anywhere', async () => {
    const { dialog } = await openRules(/^Lake wedding/)
    expect(dialog.queryByRole('button', { name: /^After it is sent/ })).toBeNull()
    expect(dialog.getByRole('button', { name: /^What goes/ })).toBeVisible()
  })

  it('join numbered copies to their picture', async () => {
    const { fake, dialog, user, unfold, save } = await openRules(/^Studio tether/)
    await unfold(/^Shots/)
    await user.click(dialog.getByRole('switch', { name: /^Numbered copies/ }))
    expect((await save())?.joinsNumbered).toBe(true)
    expect(fake.asked.findLast(({ name }) => name === 'collections:change')?.input).toMatchObject({
      collectionId: STUDIO_TETHER
    })
  })
})

describe('the rules of new collections', () => {
  it('forget what was typed when the draft is taken back', async () => {
    const { user } = renderWindow({ frames: 0 })
    await user.click(await screen.findByRole('button', { name: 'Settings' }))
    await user.click(await screen.findByRole('button', { name: /^What goes/ }))
    await user.type(screen.getByLabelText('Never these'), '*.tmp')
    await user.click(screen.getByRole('button', { name: 'Take back' }))
    await user.click(screen.getByRole('button', { name: /^What goes/ }))
    expect(screen.getByLabelText('Never these')).toHaveValue('')
  })
})
