import { act, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Totals } from '../../../shared/model/frame.ts'
import { createServices, ServicesContext } from '../services.ts'
import { createFakeSilverdrop } from '../testing/fakeSilverdrop.ts'
import { LiveRegion } from './LiveRegion.tsx'

const totals: Totals = {
  collectionId: null,
  frames: 22,
  waiting: 0,
  working: 22,
  done: 0,
  needsYou: 0,
  cancelled: 0,
  totalBytes: 0,
  doneBytes: 0,
  bytesPerSecond: 0,
  secondsLeft: null,
  limitBytesPerSecond: null,
  hold: null
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('LiveRegion', () => {
  it('says how far it is at a calm rate, and nothing while nothing changes', () => {
    const fake = createFakeSilverdrop({ frames: 0 })
    const services = createServices(fake.api, localStorage)
    services.app.start()
    render(
      <ServicesContext value={services}>
        <LiveRegion everyMs={10_000} />
      </ServicesContext>
    )
    const region = screen.getByRole('status')
    const tell = (done: number) => act(() => fake.emit('queue:measured', [{ ...totals, done }]))

    tell(0)
    act(() => vi.advanceTimersByTime(10_000))
    expect(region).toBeEmptyDOMElement()

    tell(5)
    tell(12)
    act(() => vi.advanceTimersByTime(9_000))
    expect(region).toBeEmptyDOMElement()
    act(() => vi.advanceTimersByTime(1_000))
    expect(region).toHaveTextContent('12 of 22 in the bucket')
  })
})
