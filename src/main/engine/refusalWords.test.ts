import { describe, expect, it } from 'vitest'
import { refusalWords } from './refusalWords.ts'

describe('refusalWords', () => {
  it('says of another engine that nothing was touched, and names it', () => {
    const { message, detail } = refusalWords({ code: 'already-running', detail: 'Another Silverdrop (process 4711)' })
    expect(message).toBe('Another Silverdrop already works on this queue.')
    expect(detail).toMatch(/touched nothing.*try again\.\n\nAnother Silverdrop \(process 4711\)$/s)
  })

  it('has words for a full disk, and for whatever else stands in the way', () => {
    expect(refusalWords({ code: 'disk-full', detail: '' }).detail).toContain('by itself')
    expect(refusalWords({ code: 'internal', detail: 'by a newer one' }).detail).toMatch(/changed nothing.*newer one$/s)
  })
})
