import { describe, expect, it } from 'vitest'
import { createFakeSilverdrop } from '../testing/fakeSilverdrop.ts'
import { ToastStore } from '../ui/ToastStore.ts'
import { CoverageStore } from './CoverageStore.ts'

describe('CoverageStore', () => {
  it('takes nobody to the queue who closed the comparison while it was sent', async () => {
    const fake = createFakeSilverdrop({ frames: 0 })
    const toasts = new ToastStore()
    const coverage = new CoverageStore(fake.api, toasts)
    await coverage.open('/home/ana/Pictures/Tether', null)
    const sending = coverage.send()
    coverage.close()
    expect(await sending).toBeNull()
    expect(toasts.state.toasts.at(-1)?.text).toMatch(/on the way$/)
  })

  it('sends once however often the button is pressed', async () => {
    const fake = createFakeSilverdrop({ frames: 0 })
    const coverage = new CoverageStore(fake.api, new ToastStore())
    await coverage.open('/home/ana/Pictures/Tether', null)
    await Promise.all([coverage.send(), coverage.send()])
    expect(fake.asked.filter(({ name }) => name === 'coverage:send')).toHaveLength(1)
  })
})
