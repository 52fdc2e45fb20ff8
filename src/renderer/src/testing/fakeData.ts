import type { Account, AccountView, TestReport } from '../../../shared/model/account.ts'
import { testSteps } from '../../../shared/model/account.ts'
import type { ObjectView } from '../../../shared/model/bucket.ts'
import type { CollectionView } from '../../../shared/model/collection.ts'
import { defaultSettings, LOCAL_ACCOUNT_ID } from '../../../shared/model/settings.ts'
import { CARD_READER, LAKE_WEDDING, STUDIO_TETHER } from './fakeFrames.ts'

export function fakeAccounts(): AccountView[] {
  return [
    {
      account: {
        kind: 'r2',
        id: 'studio',
        name: 'Studio',
        prefix: '',
        endpoint: 'https://0123456789abcdef0123456789abcdef.eu.r2.cloudflarestorage.com',
        region: 'auto',
        bucket: 'clients',
        accessKeyId: '0123456789abcdef0123456789abcdef',
        publicBaseUrl: 'https://photos.example.com'
      },
      secret: 'vault',
      isDefault: true
    },
    {
      account: { kind: 'folder', id: 'site', name: 'Site assets', prefix: '', path: '/srv/site', publicBaseUrl: null },
      secret: 'not-needed',
      isDefault: false
    }
  ]
}

export function localAccount(isDefault: boolean): AccountView {
  return {
    account: { kind: 'local', id: LOCAL_ACCOUNT_ID, name: 'On this computer', prefix: '', bucket: 'photos' },
    secret: 'not-needed',
    isDefault
  }
}

export function fakeCollections(frames: number): CollectionView[] {
  const common = {
    accountId: 'studio',
    prefix: '',
    rules: defaultSettings.newCollection,
    isPaused: false,
    createdAtMs: Date.UTC(2026, 10, 21),
    problem: null
  }
  return [
    { ...common, id: LAKE_WEDDING, kind: 'drop', name: 'Lake wedding', rootPath: null, state: 'working', frames },
    {
      ...common,
      id: STUDIO_TETHER,
      kind: 'watch',
      name: 'Studio tether',
      rootPath: '/home/ana/Tether',
      state: 'watching',
      frames: 0
    },
    {
      ...common,
      id: CARD_READER,
      kind: 'watch',
      name: 'Card reader',
      rootPath: '/media/ana/EOS_DIGITAL',
      state: 'not-connected',
      frames: 0,
      problem: { code: 'folder-missing', detail: 'ENOENT /media/ana/EOS_DIGITAL' }
    }
  ]
}

/** A bucket of two folders; the first has enough objects for several pages. */
export function fakeObjects(previews: ReadonlyArray<string>): ObjectView[] {
  const object = (key: string, index: number): ObjectView => ({
    key,
    sizeBytes: 380_000 + index * 17_000,
    modifiedAtMs: Date.UTC(2026, 10, 21, 15, 0, index),
    etag: `etag-${index}`,
    isProved: index % 4 !== 0,
    previewUrl: previews[index % Math.max(1, previews.length)] ?? null
  })
  return [
    ...Array.from({ length: 420 }, (_, index) =>
      object(`2026-11-21/DSC_${String(412 + index).padStart(4, '0')}-web.webp`, index)
    ),
    object('portfolio/about.txt', 500),
    object('portfolio/cover.webp', 501),
    object('robots.txt', 502)
  ]
}

/** Every step well, as long as the access key ID has 32 characters. */
export function fakeTestReport(account: Account): TestReport {
  const isGood = account.kind !== 'r2' || account.accessKeyId.length === 32
  return {
    ok: isGood,
    steps: testSteps.map((step, index) => {
      if (isGood || index === 0) return { step, status: 'ok', problem: null }
      return index === 1
        ? { step, status: 'failed', problem: { code: 'account-unknown', detail: 'InvalidAccessKeyId' } }
        : { step, status: 'skipped', problem: null }
    }),
    clockOffsetMs: 120,
    buckets: isGood ? ['clients', 'site-assets'] : null
  }
}
