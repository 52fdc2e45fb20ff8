import { describe, expect, it } from 'vitest'
import { errorCodeSchema, errorPolicy } from '../errors.ts'
import { problemSentence, problemWords } from './problemWords.ts'

describe('problemWords', () => {
  it.each(errorCodeSchema.options)('says four whole parts about %s, without shouting', (code) => {
    const words = problemWords({ code, detail: 'x-amz 77' }, 'IMG_1.jpg')

    expect(words.file).toBe('IMG_1.jpg')
    for (const sentence of [words.what, words.does, words.can]) {
      expect(sentence).toMatch(/^[A-Z].*\.$/s)
      expect(sentence).not.toMatch(/!|x-amz 77|undefined|null/)
    }
    expect(words.short).not.toMatch(/[.!]$/)
    expect(words.short.length).toBeLessThanOrEqual(45)
  })

  it('promises to try again by itself only where the policy does', () => {
    for (const code of errorCodeSchema.options) {
      const { does } = problemWords({ code, detail: '' }, null)
      if (/tries again by itself/.test(does)) expect(errorPolicy[code].retryable, code).toBe(true)
    }
  })

  it('promises of no failure over a picture that its original goes, which may be kept back for its position', () => {
    for (const code of errorCodeSchema.options.filter((one) => /^(?:picture|render|position)-/.test(one))) {
      const { does } = problemWords({ code, detail: '' }, null)
      expect(does, code).toMatch(/goes on with/)
      expect(does, code).not.toMatch(/original (?:is sent|goes)/)
    }
  })

  it('asks for an answer about a conflict, and only about that', () => {
    const asking = errorCodeSchema.options.filter(
      (code) => problemWords({ code, detail: '' }, null).action === 'resolve'
    )
    expect(asking).toEqual(['conflict'])
  })

  it('leads to the accounts where the keys are at fault', () => {
    for (const code of ['secret-wrong', 'account-unknown', 'access-denied', 'bucket-missing'] as const) {
      expect(problemWords({ code, detail: '' }, null).action).toBe('open-accounts')
    }
  })
})

describe('problemSentence', () => {
  it('names the file first, where there is one', () => {
    expect(problemSentence({ code: 'file-empty', detail: '' }, 'Käse 1.jpg')).toMatch(/^Käse 1\.jpg: The file has no/)
    expect(problemSentence({ code: 'network', detail: '' }, null)).toMatch(/^R2 cannot be reached\./)
  })
})
