import { screen } from '@testing-library/react'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { renderWindow } from '../testing/renderWindow.tsx'

describe('the network as the page sees it', () => {
  it('is told at the start, whenever it changes, and no more once the window is gone', async () => {
    const onLine = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(true)
    onTestFinished(() => onLine.mockRestore())
    const { fake, unmount } = renderWindow({ frames: 0 })
    await screen.findByRole('navigation', { name: 'Places' })
    const told = () => fake.asked.flatMap(({ name, input }) => (name === 'app:network' ? [input] : []))
    expect(told()).toEqual([{ isOnline: true }])
    onLine.mockReturnValue(false)
    window.dispatchEvent(new Event('offline'))
    expect(told()).toEqual([{ isOnline: true }, { isOnline: false }])
    onLine.mockReturnValue(true)
    window.dispatchEvent(new Event('online'))
    expect(told()).toHaveLength(3)
    unmount()
    window.dispatchEvent(new Event('offline'))
    expect(told()).toHaveLength(3)
  })
})
