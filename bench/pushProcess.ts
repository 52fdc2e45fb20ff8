// The real engine, catalog and all, pushes one folder: pushProcess.ts <folder> <origin> <home>. Tells its parent the seconds.
import { createEngine } from '../src/core/engine.ts'
import type { R2Account } from '../src/shared/model/account.ts'
import { ORIGINAL } from '../src/shared/model/output.ts'
import { defaultSettings, engineSettings } from '../src/shared/model/settings.ts'

const [folder = '', origin = '', home = ''] = process.argv.slice(2)
const rules = { ...defaultSettings.newCollection, keyTemplate: '{folder}/{name}.{ext}', outputs: [ORIGINAL] }
const account: R2Account = {
  id: 'null',
  kind: 'r2',
  name: 'Null endpoint',
  prefix: '',
  endpoint: origin,
  region: 'auto',
  bucket: 'photos',
  accessKeyId: 'bench',
  publicBaseUrl: null
}

const engine = createEngine({ home, resumesAll: false })
await engine.private['engine:configure']({
  accounts: [{ account, secret: { secretAccessKey: 'bench' } }],
  defaultAccountId: account.id,
  ...engineSettings(defaultSettings),
  newCollection: rules
})

const { signal } = new AbortController()
const startedMs = performance.now()
const collection = engine.push.collection(folder, '', rules)
const { paths } = await engine.push.add(collection, [folder], signal)
const { frames, done } = await engine.settled(collection.id, signal)
const seconds = (performance.now() - startedMs) / 1000
const late = (await engine.push.rows(collection, paths)).find(({ status }) => status !== 'done')
await engine.close()
if (late || done < frames || frames === 0) {
  const why = [late, ...(late?.uploads ?? [])].flatMap((one) => one?.problem?.detail ?? [])
  throw new Error(`Of ${frames} frames ${done} arrived; ${late?.name} is ${late?.status}: ${why.join('; ')}`)
}
process.send?.(seconds)
