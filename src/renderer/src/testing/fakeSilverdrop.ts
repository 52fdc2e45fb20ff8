import { AppError, toProblem } from '../../../shared/errors.ts'
import type {
  Answers,
  CallInput,
  CallName,
  CallOutput,
  EventName,
  EventPayload,
  Reply,
  WindowApi
} from '../../../shared/ipc/contract.ts'
import type { AccountView } from '../../../shared/model/account.ts'
import type { CollectionView } from '../../../shared/model/collection.ts'
import type { FrameView } from '../../../shared/model/frame.ts'
import { defaultSettings, LOCAL_ACCOUNT_ID, type Settings } from '../../../shared/model/settings.ts'
import { fakeBucketAnswers } from './fakeBucket.ts'
import { fakeCoverageAnswers } from './fakeCoverage.ts'
import { fakeAccounts, fakeCollections, fakeTestReport, localAccount } from './fakeData.ts'
import { fakeFrames, LAKE_WEDDING } from './fakeFrames.ts'
import { fakeLinks } from './fakeLinks.ts'
import { fakeQueue } from './fakeQueue.ts'
import { fakeReceiptAnswers } from './fakeReceipts.ts'
import { fakeTrial } from './fakeTrial.ts'

export type FakeOptions = {
  /** Rows of the queue. */
  readonly frames?: number
  readonly hasAccount?: boolean
  /** Previews handed out in turn. */
  readonly previews?: ReadonlyArray<string>
  readonly vault?: CallOutput<'app:state'>['vault']
}

export type Asked = { readonly [K in CallName]: { readonly name: K; readonly input: CallInput<K> } }[CallName]

export type FakeSilverdrop = {
  readonly api: WindowApi
  /** Every question so far, in order. */
  readonly asked: Asked[]
  readonly frames: FrameView[]
  /** What is on the clipboard. */
  readonly clipboard: { text: string }
  /** From now on this question is answered so; throw an AppError to let it fail. */
  answer<K extends CallName>(name: K, answer: (input: CallInput<K>) => Promise<CallOutput<K>>): void
  emit<K extends EventName>(name: K, payload: EventPayload<K>): void
  /** Changes rows and tells of it, as the engine does. */
  change(ids: ReadonlyArray<string>, change: (frame: FrameView) => FrameView): void
}

type Listeners = { [K in EventName]: Set<(payload: EventPayload<K>) => void> }

/** Main and engine in memory: enough of their behaviour to work in the window without them. */
export function createFakeSilverdrop(options: FakeOptions = {}): FakeSilverdrop {
  const { previews = [], vault = 'system', hasAccount = true } = options
  const frames = fakeFrames(options.frames ?? 1204, previews)
  const asked: Asked[] = []
  const clipboard = { text: '' }
  let accounts: AccountView[] = hasAccount ? fakeAccounts() : []
  let collections: CollectionView[] = hasAccount ? fakeCollections(frames.length) : []
  let removed: CollectionView[] = []
  let settings: Settings = { ...defaultSettings, defaultAccountId: accounts[0]?.account.id ?? null }

  const listeners: Listeners = {
    'queue:changed': new Set(),
    'queue:reordered': new Set(),
    'queue:measured': new Set(),
    'collections:changed': new Set(),
    'receipts:progressed': new Set(),
    'accounts:changed': new Set(),
    'settings:changed': new Set(),
    'engine:changed': new Set(),
    'menu:chosen': new Set()
  }

  function emit<K extends EventName>(name: K, payload: EventPayload<K>): void {
    for (const listener of [...listeners[name]]) listener(payload)
  }

  const queue = fakeQueue(frames, emit)

  function announceAccounts(): void {
    emit('accounts:changed', accounts)
    settings = { ...settings, defaultAccountId: accounts.find(({ isDefault }) => isDefault)?.account.id ?? null }
    emit('settings:changed', [settings])
  }

  function changeCollection(id: string, changeOne: (collection: CollectionView) => CollectionView): CollectionView {
    const found = collections.find((collection) => collection.id === id)
    if (!found) throw new AppError('bad-request', `No collection ${id}`)
    const next = changeOne(found)
    collections = collections.map((collection) => (collection.id === id ? next : collection))
    emit('collections:changed', collections)
    return next
  }

  const answers: { -readonly [K in CallName]: Answers<CallName>[K] } = {
    'app:state': async () => ({ version: '0.1.0', platform: 'linux', vault, engine: 'running', hasLocalR2: true }),
    'app:network': async () => null,
    'settings:get': async () => settings,
    'settings:change': async (changes) => {
      settings = { ...settings, ...(Object.fromEntries(Object.entries(changes)) as Partial<Settings>) }
      emit('settings:changed', [settings])
      return settings
    },
    'accounts:list': async () => accounts,
    'accounts:save': async ({ account, secret, keep }) => {
      const isDefault =
        accounts.length === 0 || accounts.some((view) => view.account.id === account.id && view.isDefault)
      const place = account.kind === 'r2' ? (secret === null ? 'missing' : keep) : 'not-needed'
      const view: AccountView = { account, secret: place, isDefault }
      accounts = [...accounts.filter((other) => other.account.id !== account.id), view]
      announceAccounts()
      return view
    },
    'accounts:remove': async ({ accountId }) => {
      accounts = accounts.filter(({ account }) => account.id !== accountId)
      announceAccounts()
      return null
    },
    'accounts:make-default': async ({ accountId }) => {
      accounts = accounts.map((view) => ({ ...view, isDefault: view.account.id === accountId }))
      announceAccounts()
      return null
    },
    'accounts:test': async ({ account }) => fakeTestReport(account),
    'accounts:try-here': async () => {
      const local = localAccount(accounts.length === 0)
      accounts = [...accounts.filter(({ account }) => account.id !== LOCAL_ACCOUNT_ID), local]
      announceAccounts()
      return local
    },
    'dialog:choose-files': async () => ['/home/ana/Pictures/one.jpg'],
    'dialog:choose-folder': async () => ['/home/ana/Pictures/Tether'],
    'dialog:save-text': async ({ fileName }) => `/home/ana/Documents/${fileName}`,
    'clipboard:write': async ({ text }) => {
      clipboard.text = text
      return null
    },
    'shell:open-link': async () => null,
    'shell:show-file': async () => null,
    'drop:forecast': async ({ paths }) => ({
      files: paths.length,
      bytes: paths.length * 24e6,
      ignored: 0,
      target: 'clients/2026-11-21',
      outputs: ['original', 'web'],
      requests: paths.length * 4,
      storageUsdMonth: paths.length * 0.00036,
      requestsUsd: paths.length * 0.000018
    }),
    'queue:add': async ({ paths, collectionId }) => ({
      collectionId: collectionId ?? LAKE_WEDDING,
      added: paths.length,
      known: 0,
      ignored: 0,
      refused: []
    }),
    ...queue.answers,
    'frames:detail': async ({ frameId }) => {
      const frame = frames.find(({ id }) => id === frameId)
      if (!frame) return null
      return {
        frame,
        widthPx: 4608,
        heightPx: 3072,
        capturedAt: '2026-11-21T15:42:10+01:00',
        camera: 'Nikon D3100',
        lens: 'AF-S 50 mm f/1.8G',
        exposure: '1/250 s · f/2.8 · ISO 400 · 50 mm',
        creator: 'Ana Lindqvist',
        copyright: '© 2026 Ana Lindqvist',
        hasPosition: true,
        position: { latitude: 57.7089, longitude: 11.9746 },
        rating: 4,
        label: 'Green',
        keywords: ['harbour', 'winter'],
        durationSeconds: null,
        sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        accountName: 'Studio',
        bucket: 'clients'
      }
    },
    'links:make': async ({ select, outputId, format }) =>
      fakeLinks(
        queue
          .chosenBy(select)
          .flatMap((frame) =>
            frame.uploads
              .filter((upload) => outputId === null || upload.outputId === outputId)
              .map((upload) => ({ name: frame.name, key: upload.key ?? '', isThere: upload.status === 'done' }))
          ),
        format
      ),
    'collections:list': async () => collections,
    'collections:watch': async ({ path, name }) => {
      const template = fakeCollections(0)[1]
      if (!template) throw new AppError('internal', 'no template')
      const view = {
        ...template,
        id: crypto.randomUUID(),
        rootPath: path,
        name: name ?? path.split('/').at(-1) ?? path
      }
      collections = [...collections, view]
      emit('collections:changed', collections)
      return view
    },
    'collections:change': async ({ collectionId, name, rules, isPaused }) =>
      changeCollection(collectionId, (collection) => ({
        ...collection,
        name: name ?? collection.name,
        rules: rules ?? collection.rules,
        isPaused: isPaused ?? collection.isPaused,
        state: isPaused === true ? 'paused' : isPaused === false ? 'watching' : collection.state
      })),
    'collections:remove': async ({ collectionId }) => {
      removed = [...removed, ...collections.filter(({ id }) => id === collectionId)]
      collections = collections.filter(({ id }) => id !== collectionId)
      emit('collections:changed', collections)
      return null
    },
    'collections:restore': async ({ collectionId }) => {
      const back = removed.find(({ id }) => id === collectionId)
      if (!back) throw new AppError('bad-request', collectionId)
      collections = [...collections, back]
      emit('collections:changed', collections)
      return back
    },
    'collections:try-template': async ({ rules }) =>
      rules.keyTemplate.split('{').length === rules.keyTemplate.split('}').length
        ? {
            keys: ['Lake-wedding/2026-11-21/DSC_0412-original.nef', 'Lake-wedding/2026-11-21/DSC_0412-web.webp'],
            problem: null
          }
        : { keys: [], problem: { code: 'template-invalid', detail: 'A { is not closed' } },
    'renditions:try': async ({ rendition, frameId }) => fakeTrial(rendition, frames, frameId),
    ...fakeReceiptAnswers({ collections: () => collections, framesOf: queue.framesOf, emit }),
    ...fakeCoverageAnswers(),
    ...fakeBucketAnswers(previews)
  }

  const api: WindowApi = {
    call: async <K extends CallName>(name: K, input: CallInput<K>): Promise<Reply<CallOutput<K>>> => {
      asked.push({ name, input } as Asked) // TypeScript cannot pair K with its member of the union
      try {
        return { ok: true, value: await answers[name](input) }
      } catch (error) {
        return { ok: false, error: toProblem(error) }
      }
    },
    on: (name, listener) => {
      listeners[name].add(listener)
      return () => void listeners[name].delete(listener)
    },
    pathsOf: (...files) => files.map((file) => `/dropped/${file.name}`)
  }

  return {
    api,
    asked,
    frames,
    clipboard,
    answer: (name, answer) => {
      answers[name] = answer as (typeof answers)[typeof name]
    },
    emit,
    change: (ids, changeOne) => void queue.change(ids, changeOne)
  }
}
