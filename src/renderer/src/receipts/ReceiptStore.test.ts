import { describe, expect, it } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import type { Receipt } from '../../../shared/model/receipt.ts'
import { fakeFrame, LAKE_WEDDING } from '../testing/fakeFrames.ts'
import { createFakeSilverdrop } from '../testing/fakeSilverdrop.ts'
import { ToastStore } from '../ui/ToastStore.ts'
import { ReceiptStore } from './ReceiptStore.ts'

async function create() {
  const fake = createFakeSilverdrop({ frames: 0 })
  fake.frames.push(fakeFrame(0, 'done'))
  const made = await fake.api.call('receipts:make', { collectionId: LAKE_WEDDING })
  if (!made.ok) throw new Error(made.error.detail)
  const toasts = new ToastStore()
  return { fake, toasts, receipts: new ReceiptStore(fake.api, toasts), receipt: made.value }
}

describe('ReceiptStore', () => {
  it('does not take the answer from before it was closed for the one of its second opening', async () => {
    const { fake, receipts, receipt } = await create()
    const answers = [Promise.withResolvers<Receipt>(), Promise.withResolvers<Receipt>()]
    const [first, second] = answers
    const left = [...answers]
    fake.answer('receipts:make', () => left.shift()?.promise ?? Promise.reject(new Error('asked too often')))
    const earlier = receipts.open(LAKE_WEDDING)
    receipts.close()
    const later = receipts.open(LAKE_WEDDING)
    first?.resolve({ ...receipt, frames: 1 })
    await earlier
    expect(receipts.shown).toMatchObject({ receipt: null, work: 'making' })
    second?.resolve({ ...receipt, frames: 2 })
    await later
    expect(receipts.shown).toMatchObject({ receipt: { frames: 2 }, work: null })
  })

  it('tells a failure although an earlier proving was stopped when it had just ended', async () => {
    const { fake, receipts } = await create()
    await receipts.open(LAKE_WEDDING)
    await receipts.prove(LAKE_WEDDING)
    await receipts.stop(LAKE_WEDDING)
    fake.answer('receipts:prove', async () => {
      throw new AppError('engine-stopped', 'SIGKILL')
    })
    await receipts.prove(LAKE_WEDDING)
    expect(receipts.shown).toMatchObject({ failed: 'proving', problem: { code: 'engine-stopped' } })
  })
})
