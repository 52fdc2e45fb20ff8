import { describe, expect, it } from 'vitest'
import { AppError, assertNever, errorCodeSchema, isAbort, problemSchema, toProblem } from './errors.ts'

describe('AppError', () => {
  it('says whether the same request can succeed later, and how long the other side wants us to wait', () => {
    expect(new AppError('network', 'x').isRetryable).toBe(true)
    expect(new AppError('conflict', 'x').isRetryable).toBe(false)
    expect(new AppError('rate-limited', 'x', { retryAfterMs: 1_500 }).retryAfterMs).toBe(1_500)
    expect(new AppError('rate-limited', 'x').retryAfterMs).toBeNull()
  })

  it('keeps its cause', () => {
    const cause = new Error('ECONNRESET')
    expect(new AppError('network', 'put a.jpg', { cause }).cause).toBe(cause)
  })
})

describe('toProblem', () => {
  it('tells what happened and why', () => {
    const error = new AppError('network', 'put a.jpg', { cause: new TypeError('fetch failed') })
    expect(toProblem(error)).toEqual({ code: 'network', detail: 'put a.jpg\nTypeError: fetch failed' })
    expect(toProblem(new AppError('conflict', 'put a.jpg', { cause: 'text' })).detail).toBe('put a.jpg')
  })

  it.each([[new TypeError('x is undefined')], ['text'], [null], [{ code: 'network' }]])(
    'takes %o for our own bug, and gives a problem that can be stored',
    (thrown) => {
      const problem = toProblem(thrown)
      expect(problem.code).toBe('internal')
      expect(problemSchema.parse(problem)).toEqual(problem)
    }
  )
})

describe('isAbort', () => {
  it('knows an abort by its name, and nothing else', () => {
    const stop = new AbortController()
    stop.abort()
    expect(isAbort(stop.signal.reason)).toBe(true)
    expect(isAbort(new AppError('network', 'AbortError'))).toBe(false)
    expect(isAbort('AbortError')).toBe(false)
  })
})

describe('errorCodeSchema', () => {
  it('refuses a code that is not known', () => {
    expect(errorCodeSchema.safeParse('network').success).toBe(true)
    for (const code of ['', 'Network', 'toString', null]) expect(errorCodeSchema.safeParse(code).success).toBe(false)
  })
})

describe('assertNever', () => {
  it('names what was not handled', () => {
    const value: unknown = { kind: 'new' }
    expect(() => assertNever(value as never)).toThrow(
      expect.objectContaining({ code: 'internal', message: 'Not handled: {"kind":"new"}' })
    )
  })
})
