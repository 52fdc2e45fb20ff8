import { describe, expect, it } from 'vitest'
import { serve } from '../store/testing/serve.ts'
import { tryLink } from './tryLink.ts'

const { signal } = new AbortController()

describe('tryLink', () => {
  it('is content with a HEAD', async () => {
    const methods: Array<string | undefined> = []
    const { origin } = await serve((request, response) => {
      methods.push(request.method)
      response.end()
    })
    expect(await tryLink(`${origin}/a.jpg`, signal)).toBe(true)
    expect(methods).toEqual(['HEAD'])
  })

  it('asks for the first byte where HEAD is refused, as with signed links', async () => {
    const ranges: Array<string | undefined> = []
    const { origin } = await serve((request, response) => {
      ranges.push(request.headers.range)
      response.writeHead(request.method === 'GET' ? 206 : 403).end('x')
    })
    expect(await tryLink(origin, signal)).toBe(true)
    expect(ranges).toEqual([undefined, 'bytes=0-0'])
  })

  it('finds that a link does not open', async () => {
    const { origin, close } = await serve((_request, response) => response.writeHead(404).end())
    expect(await tryLink(origin, signal)).toBe(false)
    close()
    expect(await tryLink(origin, signal)).toBe(false)
  })

  it('stops at once when it is stopped', async () => {
    const controller = new AbortController()
    const reason = new DOMException('Stopped', 'AbortError')
    const { origin } = await serve(() => controller.abort(reason))
    await expect(tryLink(origin, controller.signal)).rejects.toBe(reason)
  })
})
