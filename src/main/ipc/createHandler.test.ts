import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { createHandler } from './createHandler.ts'

const page = new URL('silverdrop://app/')
const ours = { detached: false, parent: null, url: 'silverdrop://app/#/queue' }
const collectionId = '00000000-0000-4000-8000-000000000000'

function handlerThat(answer: () => Promise<null>) {
  return createHandler('collections:remove', { 'collections:remove': answer }, page)
}

describe('createHandler', () => {
  it('answers our own page with a value', async () => {
    const handler = handlerThat(async () => null)
    expect(await handler({ senderFrame: ours } as never, { collectionId })).toEqual({ ok: true, value: null })
  })

  it.each([
    ['nobody', null],
    ['a frame that is gone', { ...ours, detached: true }],
    ['a frame inside the page', { ...ours, parent: ours }],
    ['another host of our scheme', { ...ours, url: 'silverdrop://other/' }],
    ['a host that begins like ours', { ...ours, url: 'silverdrop://app.example.com/' }],
    ['the web', { ...ours, url: 'https://app/' }],
    ['no address at all', { ...ours, url: '' }]
  ])('refuses %s and does nothing', async (_who, senderFrame) => {
    let asked = 0
    const handler = handlerThat(async () => {
      asked += 1
      return null
    })
    const reply = await handler({ senderFrame } as never, { collectionId })
    expect(reply).toMatchObject({ ok: false, error: { code: 'forbidden' } })
    expect(asked).toBe(0)
  })

  it.each([undefined, null, 'id', {}, { collectionId: '../etc' }, { collectionId, more: 1 }])(
    'refuses the input %j',
    async (raw) => {
      const reply = await handlerThat(async () => null)({ senderFrame: ours } as never, raw)
      expect(reply).toMatchObject({ ok: false, error: { code: 'bad-request' } })
    }
  )

  it('does not quote a secret that came in a wrong way', async () => {
    const handler = createHandler(
      'accounts:test',
      { 'accounts:test': () => Promise.reject(new Error('never asked')) },
      page
    )
    const raw = { account: { kind: 'r2', publicBaseUrl: 'no' }, secret: { secretAccessKey: 'do not show me', x: 1 } }
    expect(JSON.stringify(await handler({ senderFrame: ours } as never, raw))).not.toContain('do not show me')
  })

  it('sends failures back as values, with their code', async () => {
    const known = handlerThat(() => Promise.reject(new AppError('network', 'no way')))
    expect(await known({ senderFrame: ours } as never, { collectionId })).toEqual({
      ok: false,
      error: { code: 'network', detail: 'no way' }
    })
    const unknown = handlerThat(() => Promise.reject(new Error('oh')))
    expect(await unknown({ senderFrame: ours } as never, { collectionId })).toMatchObject({
      error: { code: 'internal' }
    })
  })
})
