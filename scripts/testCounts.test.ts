import { describe, expect, test } from 'vitest'
import { countsSentence, playwrightCounts, sumCounts, vitestCounts, withStatus } from './testCounts.ts'

const file = (status: string, ...assertions: string[]) => ({
  status,
  assertionResults: assertions.map((assertion) => ({ status: assertion }))
})

describe('vitestCounts', () => {
  test('counts what vitest counted', () => {
    const report = {
      numPassedTests: 5,
      numFailedTests: 1,
      numPendingTests: 2,
      numTodoTests: 1,
      testResults: [file('failed', 'passed', 'failed'), file('passed', 'passed')]
    }
    expect(vitestCounts(report)).toEqual({ passed: 5, failed: 1, skipped: 3 })
  })

  test('counts a file that could not be loaded as a failure', () => {
    const report = {
      numPassedTests: 5,
      numFailedTests: 0,
      numPendingTests: 0,
      numTodoTests: 0,
      testResults: [file('failed'), file('passed', 'passed')]
    }
    expect(vitestCounts(report).failed).toBe(1)
  })
})

describe('playwrightCounts', () => {
  test('does not let a second try pass for a success', () => {
    const stats = { expected: 7, unexpected: 1, flaky: 1, skipped: 2 }
    expect(playwrightCounts({ stats, errors: [] })).toEqual({ passed: 7, failed: 2, skipped: 2 })
  })

  test('counts what went wrong before any test', () => {
    const stats = { expected: 0, unexpected: 0, flaky: 0, skipped: 0 }
    expect(playwrightCounts({ stats, errors: [{ message: 'no build' }] }).failed).toBe(1)
  })
})

describe('withStatus', () => {
  test('makes a runner that failed without a failed test a failure', () => {
    expect(withStatus({ passed: 3, failed: 0, skipped: 0 }, 1)).toEqual({ passed: 3, failed: 1, skipped: 0 })
    expect(withStatus({ passed: 3, failed: 2, skipped: 0 }, 1)).toEqual({ passed: 3, failed: 2, skipped: 0 })
    expect(withStatus({ passed: 3, failed: 0, skipped: 0 }, 0)).toEqual({ passed: 3, failed: 0, skipped: 0 })
  })
})

test('the sum is said in one line', () => {
  const sum = sumCounts([
    { passed: 400, failed: 0, skipped: 3 },
    { passed: 12, failed: 1, skipped: 0 }
  ])
  expect(countsSentence(sum)).toBe('412 passed, 1 failed, 3 skipped')
  expect(countsSentence({ passed: 1, failed: 0, skipped: 0 })).toBe('1 passed, 0 failed')
})
