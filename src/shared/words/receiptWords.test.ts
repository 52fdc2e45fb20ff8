import { describe, expect, it } from 'vitest'
import { lackReasons, type Receipt } from '../model/receipt.ts'
import { lackSentence, lackWords, receiptSentence, receiptTone } from './receiptWords.ts'

const lack = {
  frameId: null,
  path: '/card/a.jpg',
  outputId: null,
  key: null,
  reason: 'waiting',
  problem: null
} as const

const receipt: Receipt = {
  collectionId: '7a1b2c3d-0000-4000-8000-000000000000',
  collectionName: 'Lake',
  accountName: 'Studio',
  bucket: 'clients',
  madeAtMs: 0,
  frames: 412,
  proved: 412,
  provedBytes: 1,
  objects: 824,
  isSafe: true,
  isFolderRead: true,
  lacks: [],
  reproved: null
}

describe('receiptSentence', () => {
  it('says that the card may be formatted where it may', () => {
    expect(receiptSentence(receipt)).toBe('412 of 412 frames proved in the bucket; safe to format the card.')
    expect(receiptTone(receipt)).toBe('good')
  })

  it.each<[string, Partial<Receipt>]>([
    ['something lacks', { proved: 411, lacks: [lack] }],
    ['nothing lacks and the folder is away', { isFolderRead: false }],
    ['they were loose files', { isFolderRead: null }],
    ['there is nothing', { frames: 0, proved: 0 }]
  ])('neither says nor looks like "safe" where %s', (_name, change) => {
    const unsafe = { ...receipt, isSafe: false, ...change }
    expect(receiptSentence(unsafe)).not.toMatch(/safe/i)
    expect(receiptTone(unsafe)).not.toBe('good')
  })

  it('counts one as one', () => {
    expect(receiptSentence({ ...receipt, frames: 1, proved: 1 })).toContain('1 of 1 frame proved')
  })
})

describe('lackWords', () => {
  it.each(lackReasons)('has a title, a reason and a way on for %s', (reason) => {
    const { title, short, can } = lackWords[reason]
    expect(title).toMatch(/^[A-Z].*[^.]$/)
    expect(short).toMatch(/^[a-z].*[^.]$/)
    expect(can).toMatch(/^[A-Z].*\.$/)
  })

  it('says why, and of which output', () => {
    const problem = { code: 'file-empty', detail: '' } as const
    expect(lackSentence({ reason: 'failed', problem, outputId: 'web' })).toBe(
      'it was not sent: the file is empty (web)'
    )
    expect(lackSentence({ reason: 'not-taken', problem: null, outputId: null })).toBe(
      'it is on disk and was never taken'
    )
  })
})
