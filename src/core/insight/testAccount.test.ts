import { mkdtemp, readdir, rm } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Account, AccountSecret, R2Account, TestReport, TestStep } from '../../shared/model/account.ts'
import { type LocalR2, startLocalR2 } from '../store/local/startLocalR2.ts'
import { openStore } from '../store/openStore.ts'
import { listBuckets } from '../store/r2/listBuckets.ts'
import { reachR2 } from '../store/r2/reachR2.ts'
import { serve, xmlError } from '../store/testing/serve.ts'
import { type TestPorts, testAccount } from './testAccount.ts'

const { signal } = new AbortController()
let home: string
let localR2: LocalR2

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'silverdrop-test-account-'))
  localR2 = await startLocalR2({ home, buckets: ['studio', 'other'] })
})
afterAll(async () => {
  await localR2.close()
  await rm(home, { recursive: true })
})
const ports: TestPorts = {
  openStore: (account, secret) => openStore(account, secret, async () => localR2),
  reach: reachR2,
  listBuckets
}

function onLocalR2(change: Partial<R2Account> = {}): R2Account {
  return {
    kind: 'r2',
    id: 'a',
    name: 'Studio',
    prefix: 'gallery/',
    endpoint: localR2.endpoint,
    region: 'auto',
    bucket: 'studio',
    accessKeyId: localR2.accessKeyId,
    publicBaseUrl: `${localR2.publicOrigin}/studio`,
    ...change
  }
}

const secretOfLocalR2 = () => ({ secretAccessKey: localR2.secretAccessKey })

function test(account: Account, secret: AccountSecret | null = secretOfLocalR2()): Promise<TestReport> {
  return testAccount(account, secret, ports, signal)
}

/** `status` of each step that is not ok, with the code of its problem. */
function notOk({ steps }: TestReport): Partial<Record<TestStep, string>> {
  const entries = steps.filter(({ status }) => status !== 'ok')
  return Object.fromEntries(
    entries.map(({ step, status, problem }) => [step, problem ? `${status}: ${problem.code}` : status])
  )
}

async function keysLeft(): Promise<ReadonlyArray<string>> {
  const store = await ports.openStore(onLocalR2(), secretOfLocalR2())
  const { objects } = await store.list({ prefix: '', delimiter: null, after: null, limit: 1000 }, signal)
  await store.close()
  return objects.map(({ key }) => key)
}

/** An S3 with an empty bucket, which refuses what `isRefused` names. @returns its endpoint. */
async function serveRefusing(isRefused: (url: string, method: string) => boolean): Promise<string> {
  const listener: RequestListener = (request, response) => {
    if (isRefused(request.url ?? '', request.method ?? '')) {
      response.writeHead(403, { 'content-type': 'application/xml' }).end(xmlError('AccessDenied'))
    } else {
      response.writeHead(200, { 'content-type': 'application/xml' }).end(EMPTY_LISTING)
    }
  }
  return (await serve(listener)).origin
}

const EMPTY_LISTING =
  '<?xml version="1.0"?><ListBucketResult><Name>studio</Name><KeyCount>0</KeyCount><MaxKeys>1</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>'

describe('testAccount', () => {
  it('finds everything in order at an account that is in order, and leaves nothing behind', async () => {
    const report = await test(onLocalR2())
    expect(report).toMatchObject({ ok: true, buckets: ['other', 'studio'], clockOffsetMs: null })
    expect(notOk(report)).toEqual({ clock: 'skipped' }) // the emulator sends no `Date`
    expect(await keysLeft()).toEqual([])
  })

  it('tests the local R2 and a folder without the steps that they have not', async () => {
    const local = await test({ kind: 'local', id: 'l', name: 'Here', prefix: '', bucket: 'studio' }, null)
    expect(local.ok).toBe(true)
    expect(notOk(local)).toEqual({ 'sign-in': 'skipped', clock: 'skipped', 'list-buckets': 'skipped' })

    const path = await mkdtemp(join(tmpdir(), 'silverdrop-test-folder-'))
    const folder = await test({ kind: 'folder', id: 'f', name: 'Disk', prefix: '', path, publicBaseUrl: null }, null)
    expect(folder.ok).toBe(true)
    expect(notOk(folder)).toMatchObject({ presign: 'skipped', 'public-link': 'skipped' })
    expect(await readdir(path)).toEqual(['.silverdrop'])
    await rm(path, { recursive: true })
    const gone = await test({ kind: 'folder', id: 'f', name: 'Disk', prefix: '', path, publicBaseUrl: null }, null)
    expect(notOk(gone)).toMatchObject({ list: 'failed: folder-missing', put: 'skipped' })
  })

  it('tells a wrong secret', async () => {
    const report = await test(onLocalR2(), { secretAccessKey: 'f'.repeat(64) })
    expect(report.ok).toBe(false)
    expect(notOk(report)).toMatchObject({
      'sign-in': 'failed: secret-wrong',
      'list-buckets': 'skipped',
      put: 'skipped'
    })
  })

  it('tells an access key id that R2 does not know', async () => {
    const report = await test(onLocalR2({ accessKeyId: 'e'.repeat(32) }))
    expect(notOk(report)).toMatchObject({ 'sign-in': 'failed: account-unknown', put: 'skipped' })
  })

  it('tells a secret that is not there', async () => {
    expect(notOk(await test(onLocalR2(), null))).toMatchObject({ 'sign-in': 'failed: secret-missing' })
  })

  it('tells a bucket that does not exist', async () => {
    const report = await test(onLocalR2({ bucket: 'nowhere' }))
    expect(report.buckets).toEqual(['other', 'studio'])
    expect(notOk(report)).toMatchObject({ list: 'failed: bucket-missing', put: 'skipped', delete: 'skipped' })
  })

  it('only warns of a public address that does not open, or opens something else', async () => {
    const closed = await test(onLocalR2({ publicBaseUrl: `${localR2.publicOrigin}/other` }))
    expect(closed.ok).toBe(true)
    expect(notOk(closed)['public-link']).toBe('warning: link-impossible')
    const { origin: elsewhere } = await serve((_request, response) => response.end('<h1>Welcome</h1>'))
    expect(notOk(await test(onLocalR2({ publicBaseUrl: elsewhere })))['public-link']).toBe('warning: link-impossible')
    expect(notOk(await test(onLocalR2({ publicBaseUrl: null })))['public-link']).toBe('skipped')
    expect(await keysLeft()).toEqual([])
  })

  it('only warns of keys that may not list buckets', async () => {
    const endpoint = await serveRefusing((url) => url === '/' || url.startsWith('/?'))
    const report = await test(onLocalR2({ endpoint, publicBaseUrl: null }))
    expect(report.buckets).toBeNull()
    expect(notOk(report)).toMatchObject({ 'list-buckets': 'warning: access-denied' })
    expect(report.steps.filter(({ step }) => step === 'sign-in' || step === 'list')).toMatchObject([
      { status: 'ok' },
      { status: 'ok' }
    ])
  })

  it('tells a right to read from a right to write', async () => {
    const endpoint = await serveRefusing((url, method) => method !== 'GET' || url === '/' || url.startsWith('/?'))
    const report = await test(onLocalR2({ endpoint }))
    expect(notOk(report)).toMatchObject({ put: 'failed: access-denied', head: 'skipped', delete: 'skipped' })
  })

  it('tells a computer whose clock is wrong, although the SDK would correct it in silence', async () => {
    const { origin: endpoint } = await serve((_request, response) =>
      response
        .writeHead(403, { 'content-type': 'application/xml', date: new Date(Date.now() + 3_600_000).toUTCString() })
        .end(xmlError('RequestTimeTooSkewed', 'The difference between the request time and the time is too large.'))
    )
    const report = await test(onLocalR2({ endpoint }))
    expect(report.ok).toBe(false)
    expect(Math.abs((report.clockOffsetMs ?? 0) - 3_600_000)).toBeLessThan(30_000)
    expect(notOk(report)).toMatchObject({ clock: 'failed: clock-skewed', 'sign-in': 'failed: clock-skewed' })
  })

  it('tells a clock that is wrong where R2 itself did not mind yet', async () => {
    const { origin: endpoint } = await serve((_request, response) =>
      response
        .writeHead(403, { 'content-type': 'application/xml', date: new Date(Date.now() - 1_000_000).toUTCString() })
        .end(xmlError('AccessDenied'))
    )
    expect(notOk(await test(onLocalR2({ endpoint })))).toMatchObject({ clock: 'failed: clock-skewed' })
  })

  it.each([
    ['a web page', 200, 'text/html', '<!doctype html><html><body>Sign in to the Wi-Fi</body></html>'],
    ['another XML', 200, 'application/xml', '<?xml version="1.0"?><rss version="2.0"><channel/></rss>'],
    ['JSON', 404, 'application/json', '{"error":"not found"}'],
    ['nothing', 204, 'text/plain', '']
  ])('tells an endpoint where %s answers', async (_what, status, type, body) => {
    const { origin: endpoint } = await serve((_request, response) =>
      response.writeHead(status, { 'content-type': type }).end(body)
    )
    const report = await test(onLocalR2({ endpoint }))
    expect(notOk(report)).toMatchObject({ reach: 'failed: endpoint-wrong', 'sign-in': 'skipped', put: 'skipped' })
  })

  it('tells a network that is not there', async () => {
    const { origin: endpoint, close } = await serve(() => {})
    close()
    expect(notOk(await test(onLocalR2({ endpoint })))).toMatchObject({ reach: 'failed: network' })
    const unknown = await test(onLocalR2({ endpoint: 'https://r2.invalid' }))
    expect(notOk(unknown)).toMatchObject({ reach: 'failed: network', 'sign-in': 'skipped' })
  })

  it('tells a plain server behind an https address', async () => {
    const { origin } = await serve((_request, response) => response.end())
    const report = await test(onLocalR2({ endpoint: origin.replace('http:', 'https:') }))
    expect(notOk(report)).toMatchObject({ reach: 'failed: endpoint-wrong' })
  })

  it('removes its object when it is stopped halfway', async () => {
    const controller = new AbortController()
    const reason = new DOMException('Stopped', 'AbortError')
    const stopping: TestPorts = {
      ...ports,
      async openStore(account, secret) {
        const store = await ports.openStore(account, secret)
        return {
          ...store,
          async head() {
            controller.abort(reason)
            throw reason
          }
        }
      }
    }
    const running = testAccount(onLocalR2(), secretOfLocalR2(), stopping, controller.signal)
    await expect(running).rejects.toBe(reason)
    expect(await keysLeft()).toEqual([])
  })
})
