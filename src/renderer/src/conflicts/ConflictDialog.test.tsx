import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import type { FrameView, Occupant } from '../../../shared/model/frame.ts'
import { fakeFrame, fakeId } from '../testing/fakeFrames.ts'
import type { FakeSilverdrop } from '../testing/fakeSilverdrop.ts'
import { renderWindow } from '../testing/renderWindow.tsx'

const TITLE = 'Something else has this name in the bucket'

function inConflict(index: number, reason: Occupant['reason'] = 'other'): FrameView {
  const frame = fakeFrame(index, 'conflict')
  return {
    ...frame,
    name: `IMG_${index}.NEF`,
    uploads: frame.uploads.map((upload) =>
      upload.occupant === null ? upload : { ...upload, occupant: { ...upload.occupant, reason } }
    )
  }
}

async function openQueue(frames: ReadonlyArray<FrameView>) {
  const opened = renderWindow({ frames: 0 }, (fake) => fake.frames.push(...frames))
  await screen.findByRole('listbox')
  return opened
}

const dialog = () => screen.findByRole('dialog', { name: TITLE })
const answers = ({ asked }: FakeSilverdrop) => asked.flatMap((one) => (one.name === 'queue:resolve' ? [one.input] : []))

describe('a taken name', () => {
  it('is asked about with both sides in sight, keeping both being the first answer', async () => {
    const { fake, user } = await openQueue([inConflict(1)])
    fake.answer('bucket:preview', async () => ({ previewUrl: 'theirs.webp' }))
    await user.click(await screen.findByRole('button', { name: 'Answer 1 question…' }))
    const question = within(await dialog())
    const theirs = within(question.getByRole('figure', { name: 'In the bucket' }))
    expect(theirs.getByText('21.4 MB')).toBeVisible()
    expect(await theirs.findByRole('img')).toHaveAttribute('src', 'theirs.webp')
    const ours = within(question.getByRole('figure', { name: 'On this computer' }))
    expect(ours.getByText('4608 × 3072')).toBeVisible()
    expect(await ours.findByText('21 Nov 2026, 15:42 +01:00')).toBeVisible()
    expect(question.getByRole('button', { name: 'Keep both' })).toHaveFocus()
    await user.keyboard('{Enter}')
    expect(await screen.findByText('Every question is answered')).toBeVisible()
    expect(fake.asked.find(({ name }) => name === 'bucket:preview')?.input).toEqual({
      accountId: 'studio',
      key: '2026-11-21/DSC_0413-original.nef',
      etag: 'occupant-1',
      sizeBytes: 21_400_000
    })
  })

  it('is walked through by the keyboard alone, each question answered in its own way', async () => {
    const { fake, user } = await openQueue([inConflict(1), inConflict(2), inConflict(3)])
    act(() => screen.getByRole('listbox').focus())
    await user.keyboard('{Enter}')
    expect(within(await dialog()).getByText('1 of 3')).toBeVisible()
    await user.keyboard('{Enter}')
    expect(await screen.findByText('1 of 2')).toBeVisible()
    await waitFor(() => expect(screen.getByRole('button', { name: 'Keep both' })).toHaveFocus())
    await user.keyboard('{Shift>}{Tab}{/Shift}{Enter}')
    await waitFor(() => expect(within(screen.getByRole('dialog')).getByText('IMG_3.NEF')).toBeVisible())
    await waitFor(() => expect(screen.getByRole('button', { name: 'Keep both' })).toHaveFocus())
    await user.keyboard('{Shift>}{Tab}{Tab}{/Shift}{Enter}')
    expect(await screen.findByText('Every question is answered')).toBeVisible()
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(answers(fake)).toEqual([
      { select: { ids: [fakeId(2)] }, answer: 'keep-both' },
      { select: { ids: [fakeId(3)] }, answer: 'replace' },
      { select: { ids: [fakeId(4)] }, answer: 'skip' }
    ])
  })

  it('is left unanswered by Escape', async () => {
    const { fake, user } = await openQueue([inConflict(1), inConflict(2)])
    await user.dblClick(screen.getByText('IMG_2.NEF'))
    expect(within(await dialog()).getByText('IMG_2.NEF')).toBeVisible()
    await user.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(answers(fake)).toEqual([])
    expect(screen.getAllByText('Needs you: something else has this name')).not.toHaveLength(0)
  })

  it('is answered for all that ask for the same reason, and for no other', async () => {
    const frames = [inConflict(1), inConflict(2, 'shrinks'), inConflict(3), inConflict(4)]
    const { fake, user } = await openQueue(frames)
    await user.click(await screen.findByRole('button', { name: 'Answer 4 questions…' }))
    await user.click(within(await dialog()).getByRole('switch', { name: 'For all 3 like this' }))
    await user.click(screen.getByRole('button', { name: 'Replace' }))
    expect(await screen.findByText(/under a tenth of the size of what is there/)).toBeVisible()
    expect(answers(fake)).toEqual([{ select: { ids: [fakeId(2), fakeId(4), fakeId(5)] }, answer: 'replace' }])
    // One is left: there is nothing like it.
    expect(screen.queryByRole('switch', { name: /like this/ })).toBeNull()
  })

  it('lets a question be passed over and come back to', async () => {
    const { user } = await openQueue([inConflict(1), inConflict(2)])
    await user.click(await screen.findByRole('button', { name: 'Answer 2 questions…' }))
    const question = within(await dialog())
    await user.click(question.getByRole('button', { name: 'The next question' }))
    expect(await screen.findByText('2 of 2')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'The next question' }))
    expect(await screen.findByText('1 of 2')).toBeVisible()
  })

  it('goes away when it is answered elsewhere', async () => {
    const { fake, user } = await openQueue([inConflict(1), inConflict(2)])
    await user.click(await screen.findByRole('button', { name: 'Answer 2 questions…' }))
    await dialog()
    act(() => fake.change([fakeId(2)], (frame) => ({ ...frame, ...fakeFrame(1, 'done'), id: frame.id })))
    expect(await within(screen.getByRole('dialog')).findByText('IMG_2.NEF')).toBeVisible()
    expect(screen.queryByText('1 of 2')).toBeNull()
  })

  it('stays asked when the answer cannot be given', async () => {
    const { fake, user } = await openQueue([inConflict(1)])
    fake.answer('queue:resolve', async () => {
      throw new AppError('engine-stopped', 'exit 1')
    })
    await user.click(await screen.findByRole('button', { name: 'Answer 1 question…' }))
    await dialog()
    await user.keyboard('{Enter}')
    expect(await screen.findByText(/The part of Silverdrop that sends files has stopped/)).toBeInTheDocument()
    expect(await dialog()).toBeVisible()
  })

  it('is answered in the inspector as well', async () => {
    const { fake, user } = await openQueue([inConflict(1)])
    await user.click(screen.getByText('IMG_1.NEF'))
    const note = within(await screen.findByRole('region', { name: 'Question' }))
    expect(note.getByText(TITLE)).toBeVisible()
    await user.click(note.getByRole('button', { name: 'Leave what is there' }))
    expect(answers(fake)).toEqual([{ select: { ids: [fakeId(2)] }, answer: 'skip' }])
    expect(await screen.findByText('1 frame is left out; what is there stays')).toBeVisible()
  })
})

describe('what failed', () => {
  it('is tried again in one press, and questions are left alone', async () => {
    const { fake, user } = await openQueue([inConflict(1), fakeFrame(2, 'failed'), fakeFrame(3, 'damaged')])
    await user.click(await screen.findByRole('button', { name: 'Retry all failed' }))
    expect(fake.asked.findLast(({ name }) => name === 'queue:retry')?.input).toEqual({
      collectionId: null,
      filter: 'needs-you'
    })
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Retry all failed' })).toBeNull())
    expect(screen.getByRole('button', { name: 'Answer 1 question…' })).toBeVisible()
  })

  it('shows in its row how often it was tried and why the attempt before failed', async () => {
    const retrying = fakeFrame(7, 'retrying')
    const [upload, ...others] = retrying.uploads
    if (!upload) throw new Error('no upload')
    const sending = { ...upload, status: 'sending' as const, retryAtMs: null }
    const again = { ...retrying, id: fakeId(99), name: 'again.NEF', uploads: [sending, ...others] }
    await openQueue([{ ...retrying, name: 'pause.NEF' }, again])
    const row = (name: RegExp) => screen.getByRole('option', { name })
    expect(row(/pause\.NEF/)).toHaveTextContent(/Trying again in \d+ s \(3rd try\) · no connection to R2/)
    expect(row(/again\.NEF/)).toHaveTextContent(/Sending, \d+ % · attempt 3 · no connection to R2/)
  })

  it('says in the inspector why it began again from the first byte', async () => {
    const frame = fakeFrame(3, 'sending')
    const uploads = frame.uploads.map((upload) => ({
      ...upload,
      restart: upload.outputId === 'original' ? { code: 'upload-missing' as const, detail: 'NoSuchUpload' } : null
    }))
    const { user } = await openQueue([{ ...frame, name: 'IMG.NEF', uploads }])
    await user.click(screen.getByText('IMG.NEF'))
    expect(await screen.findByText('Began again from the first byte: the unfinished upload has expired')).toBeVisible()
  })
})
