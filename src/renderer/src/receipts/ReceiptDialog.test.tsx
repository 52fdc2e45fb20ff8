import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import type { FrameView } from '../../../shared/model/frame.ts'
import type { Lack, Receipt } from '../../../shared/model/receipt.ts'
import { fakeFrame, fakeId, LAKE_WEDDING } from '../testing/fakeFrames.ts'
import { renderWindow } from '../testing/renderWindow.tsx'

async function openReceipt(
  frames: ReadonlyArray<FrameView>,
  prepare: (fake: ReturnType<typeof renderWindow>['fake']) => void = () => {}
) {
  const opened = renderWindow({ frames: 0 }, (fake) => {
    fake.frames.push(...frames)
    prepare(fake)
  })
  await opened.user.click(await screen.findByRole('button', { name: /^Lake wedding/ }))
  await opened.user.click(await screen.findByRole('button', { name: /^Receipt/ }))
  return { ...opened, dialog: within(await screen.findByRole('dialog', { name: 'Receipt of Lake wedding' })) }
}

const arrived = [fakeFrame(0, 'done'), fakeFrame(1, 'done')]
const receiptOf = (change: Partial<Receipt>): Receipt => ({
  collectionId: LAKE_WEDDING,
  collectionName: 'Lake wedding',
  accountName: 'Studio',
  bucket: 'clients',
  madeAtMs: Date.UTC(2026, 10, 21),
  frames: 2,
  proved: 2,
  provedBytes: 48e6,
  objects: 4,
  isSafe: true,
  isFolderRead: null,
  lacks: [],
  reproved: null,
  ...change
})
const lackOf = (index: number, change: Partial<Lack>): Lack => ({
  frameId: fakeId(index),
  path: `/card/IMG_${String(index).padStart(5, '0')}.NEF`,
  outputId: null,
  key: null,
  reason: 'failed',
  problem: null,
  ...change
})

describe('a receipt', () => {
  it('says large and in green that all of it is proved', async () => {
    const { dialog } = await openReceipt(arrived)
    const sentence = await dialog.findByText('2 of 2 frames proved in the bucket; safe to format the card.')
    expect(sentence.className).toMatch(/good/)
    expect(dialog.queryByRole('list')).toBeNull()
  })

  it('has no green word where anything lacks, and says what, why and what to do', async () => {
    const { dialog } = await openReceipt([...arrived, fakeFrame(2, 'failed'), fakeFrame(3, 'conflict')])
    const sentence = await dialog.findByText(/^2 of 4 frames proved in the bucket/)
    expect(sentence.className).not.toMatch(/good/)
    const lacks = within(dialog.getByRole('list', { name: 'Not proved' }))
    expect(lacks.getByRole('heading', { name: 'Not sent: 1' })).toBeVisible()
    expect(lacks.getByText('it was not sent: the file is empty')).toBeVisible()
    expect(lacks.getByRole('heading', { name: 'Waiting for your answer: 1' })).toBeVisible()
  })

  it.each([
    receiptOf({ isSafe: false, isFolderRead: false }),
    receiptOf({ isSafe: false, isFolderRead: null }),
    receiptOf({ isSafe: false, frames: 0, proved: 0, objects: 0, provedBytes: 0 })
  ])('has no green word without being safe, even where nothing lacks', async (receipt) => {
    const { dialog } = await openReceipt(arrived, (fake) => fake.answer('receipts:make', async () => receipt))
    const [sentence] = await dialog.findAllByRole('status')
    await waitFor(() => expect(sentence).toHaveTextContent(/proved/))
    expect(document.querySelectorAll('[role="dialog"] [class*="good"]')).toHaveLength(0)
  })

  it('starts what failed anew, and says at once that it is on its way', async () => {
    const { fake, user, dialog } = await openReceipt([...arrived, fakeFrame(2, 'failed')])
    await user.click(await dialog.findByRole('button', { name: 'Retry' }))
    expect(await dialog.findByRole('heading', { name: 'Still on the way: 1' })).toBeVisible()
    expect(fake.asked.findLast(({ name }) => name === 'queue:retry')?.input).toEqual({ ids: [fakeId(3)] })
    // The button that had the focus is gone; the keyboard still reaches the receipt.
    await user.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  })

  it('leads to the question, where one waits for an answer', async () => {
    const { user, dialog } = await openReceipt([...arrived, fakeFrame(3, 'conflict')])
    await user.click(await dialog.findByRole('button', { name: 'Answer…' }))
    expect(await screen.findByRole('dialog', { name: 'Something else has this name in the bucket' })).toBeVisible()
  })

  it('leads to the frames in the queue', async () => {
    const { services, user, dialog } = await openReceipt([...arrived, fakeFrame(14, 'waiting')])
    await user.click(await dialog.findByRole('button', { name: 'Show' }))
    expect(services.workspace.state.route).toEqual({
      kind: 'queue',
      collectionId: LAKE_WEDDING,
      filter: 'waiting'
    })
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  })

  it('draws a few of 20,000 lines, the gravest reason first', async () => {
    const waiting = Array.from({ length: 20_000 }, (_, index) => lackOf(index, { reason: 'waiting' }))
    const lacks = [...waiting, lackOf(20_001, { reason: 'gone' })]
    const receipt = receiptOf({ isSafe: false, lacks, frames: 20_001, proved: 0 })
    const { dialog } = await openReceipt(arrived, (fake) => fake.answer('receipts:make', async () => receipt))
    const items = await dialog.findAllByRole('listitem')
    expect(items.length).toBeLessThan(80)
    expect(items[0]).toHaveTextContent('Gone from the bucket: 1')
    expect(items[0]).toHaveAttribute('aria-setsize', '20003')
  })

  it('offers to add what was never taken, to a drop', async () => {
    const lacks = [lackOf(1, { reason: 'not-taken', frameId: null }), lackOf(2, { reason: 'not-taken', frameId: null })]
    const receipt = receiptOf({ isSafe: false, lacks })
    const { fake, user, dialog } = await openReceipt(arrived, (one) => one.answer('receipts:make', async () => receipt))
    await user.click(await dialog.findByRole('button', { name: 'Add again' }))
    await waitFor(() =>
      expect(fake.asked.findLast(({ name }) => name === 'queue:add')?.input).toEqual({
        paths: ['/card/IMG_00001.NEF', '/card/IMG_00002.NEF'],
        collectionId: LAKE_WEDDING
      })
    )
  })

  it('is saved where the person says, and says so; without a place nothing is said', async () => {
    const { fake, user, dialog } = await openReceipt(arrived)
    await dialog.findByText(/safe to format/)
    await user.click(dialog.getByRole('button', { name: 'Save as CSV…' }))
    expect(await screen.findByText('Saved: /home/ana/Documents/Lake wedding receipt.csv')).toBeInTheDocument()
    expect(fake.asked.findLast(({ name }) => name === 'dialog:save-text')?.input).toMatchObject({
      fileName: 'Lake wedding receipt.csv'
    })
    fake.answer('dialog:save-text', async () => null)
    await user.click(dialog.getByRole('button', { name: 'Save as JSON…' }))
    await waitFor(() => expect(fake.asked.filter(({ name }) => name === 'dialog:save-text')).toHaveLength(2))
    expect(screen.queryByText(/receipt\.json/)).toBeNull()
  })

  it('says why it could not be made, and tries again', async () => {
    const { fake, user, dialog } = await openReceipt(arrived, (one) =>
      one.answer('receipts:make', async () => {
        throw new AppError('engine-stopped', 'exit 1')
      })
    )
    expect(await dialog.findByText('The part of Silverdrop that sends files has stopped.')).toBeVisible()
    fake.answer('receipts:make', async () => receiptOf({}))
    await user.click(dialog.getByRole('button', { name: 'Try again' }))
    expect(await dialog.findByText(/safe to format/)).toBeVisible()
  })
})

describe('looking at every object again', () => {
  async function startProving() {
    const answer = Promise.withResolvers<Receipt>()
    const opened = await openReceipt(arrived, (fake) => fake.answer('receipts:prove', () => answer.promise))
    await opened.dialog.findByText(/safe to format/)
    await opened.user.click(opened.dialog.getByRole('button', { name: 'Look at every object again' }))
    return { ...opened, answer }
  }

  it('tells how far it is, and then what it found', async () => {
    const { fake, dialog, answer } = await startProving()
    act(() => fake.emit('receipts:progressed', [{ collectionId: LAKE_WEDDING, looked: 1204, objects: 2408 }]))
    expect(await dialog.findByText('1,204 of 2,408 objects looked at')).toBeVisible()
    expect(dialog.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '1204')
    const lacks = [lackOf(1, { reason: 'gone' })]
    answer.resolve(receiptOf({ proved: 1, isSafe: false, lacks, reproved: { objects: 4, atMs: Date.now() } }))
    expect(await dialog.findByRole('heading', { name: 'Gone from the bucket: 1' })).toBeVisible()
    expect(dialog.getByText(/^4 objects looked at again/)).toBeVisible()
    expect(dialog.queryByRole('progressbar')).toBeNull()
  })

  it('is stopped without a word of failure, and the receipt before it stays', async () => {
    const { fake, user, dialog, answer } = await startProving()
    fake.answer('receipts:stop', async () => {
      answer.reject(new AppError('internal', 'AbortError'))
      return null
    })
    await user.click(dialog.getByRole('button', { name: 'Stop looking' }))
    await waitFor(() => expect(dialog.queryByRole('progressbar')).toBeNull())
    expect(dialog.queryByRole('region', { name: 'Problem' })).toBeNull()
    expect(dialog.getByText(/safe to format/)).toBeVisible()
  })

  it('goes on while the receipt is closed, and tells when it is done', async () => {
    const { user, answer } = await startProving()
    await user.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    answer.resolve(receiptOf({ reproved: { objects: 4, atMs: Date.now() } }))
    expect(
      await screen.findByText('Lake wedding: 2 of 2 frames proved in the bucket; safe to format the card.')
    ).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Show' }))
    expect(await screen.findByRole('dialog', { name: 'Receipt of Lake wedding' })).toBeVisible()
  })

  it('leaves no green word while it looks, nor after it failed, until it has looked again', async () => {
    const { fake, user, dialog, answer } = await startProving()
    const expectOld = async () => {
      expect(await dialog.findByText(/^Out of date/)).toBeVisible()
      expect(dialog.getByText(/: 2 of 2 frames proved$/)).toBeVisible()
      expect(dialog.queryByText(/safe to format/)).toBeNull()
      expect(document.querySelectorAll('[role="dialog"] [class*="good"]')).toHaveLength(0)
      expect(dialog.getByRole('button', { name: 'Save as JSON…' })).toBeDisabled()
    }
    await expectOld()
    answer.reject(new AppError('network', 'ECONNRESET'))
    expect(await dialog.findByText('R2 cannot be reached.')).toBeVisible()
    await expectOld()

    // Stopped at the second attempt: what failed before has still failed.
    const second = Promise.withResolvers<Receipt>()
    fake.answer('receipts:prove', () => second.promise)
    fake.answer('receipts:stop', async () => {
      second.reject(new AppError('internal', 'AbortError'))
      return null
    })
    await user.click(dialog.getByRole('button', { name: 'Try again' }))
    await user.click(await dialog.findByRole('button', { name: 'Stop looking' }))
    await dialog.findByRole('button', { name: 'Look at every object again' })
    await expectOld()

    fake.answer('receipts:prove', async () => receiptOf({ reproved: { objects: 4, atMs: Date.now() } }))
    await user.click(dialog.getByRole('button', { name: 'Look at every object again' }))
    expect(await dialog.findByText(/safe to format/)).toBeVisible()
  })
})
