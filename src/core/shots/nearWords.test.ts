import { describe, expect, it } from 'vitest'
import { nearWords } from './nearWords.ts'

const known = ['collection', 'folder', 'name', 'ext', 'dd', 'mm', 'date']

describe('nearWords', () => {
  it.each([
    ['nmae', ['name']],
    ['fodler', ['folder']],
    ['NAME', ['name']],
    ['coll', ['collection']],
    ['dat', ['date']],
    ['dated', ['date']]
  ])('%j may have meant %j', (word, near) => {
    expect(nearWords(word, known)).toEqual(near)
  })

  it.each(['', 'x', 'photographer', '\ud83d'.repeat(500)])('knows nothing near %j', (word) => {
    expect(nearWords(word, known)).toEqual([])
  })

  it('puts the likeliest first', () => {
    expect(nearWords('folders', ['bolder', 'folder'])).toEqual(['folder', 'bolder'])
  })
})
