import { AppError } from '../../shared/errors.ts'
import type { Occupant } from '../../shared/model/frame.ts'
import type { Upload } from '../catalog/records.ts'
import type { ObjectFacts } from '../store/ObjectStore.ts'
import { advance, keepProof } from './keepProof.ts'
import { isOurs, metadataNames } from './objectHeaders.ts'
import type { SendJob, SendPorts, Taken } from './SendPorts.ts'
import { takeNextKey } from './takeNextKey.ts'

/** So many names are looked at before a person is asked. */
const MOST_NAMES = 200

/** `settled`: nothing is to be sent any more. `again`: to be sent to the key, and under the condition, that it has now. */
type Met = { readonly kind: 'settled' | 'again'; readonly upload: Upload }

/**
 * The key is taken. The same content is what was wanted; for other content the rule of the collection decides.
 *
 * @throws AppError `conflict` where 200 names in a row are taken; `signal.reason`.
 */
export async function meetOccupant(
  before: Upload,
  taken: Taken,
  job: SendJob,
  ports: SendPorts,
  signal: AbortSignal
): Promise<Met> {
  const { store, uploads } = ports
  let upload = before
  let { found } = taken
  for (let name = 0; name < MOST_NAMES; name += 1) {
    found ??= await store.head(upload.key, signal)
    signal.throwIfAborted()
    if (!found) return { kind: 'again', upload: uploads.setKey(upload, { ...upload, replaces: null }) }
    if (isOurs(found, upload) || (found.etag === taken.md5 && found.sizeBytes === upload.sizeBytes)) {
      const proved = { etag: found.etag, how: 'found' } as const
      return { kind: 'settled', upload: await keepProof(upload, job.frame, proved, ports, signal) }
    }
    if (job.rules.conflict !== 'keep-both') return obeyRule(upload, found, job.rules.conflict, ports)
    // Looked at before it is sent there: a request with a body costs more than one without.
    upload = takeNextKey(upload, uploads)
    found = null
  }
  throw new AppError('conflict', `${MOST_NAMES} names beginning like ${before.key} are taken`)
}

function obeyRule(upload: Upload, found: ObjectFacts, rule: 'replace' | 'skip' | 'ask', ports: SendPorts): Met {
  // A picture is not overwritten by a fragment of one without a person's word (rule 1 of the design).
  const isFragment = (upload.sizeBytes ?? 0) * 10 < found.sizeBytes
  if (rule === 'replace' && !isFragment) {
    return { kind: 'again', upload: ports.uploads.setKey(upload, { ...upload, replaces: found.etag }) }
  }
  const occupant = occupantOf(found, rule === 'replace' ? 'shrinks' : 'other')
  return { kind: 'settled', upload: advance(upload, { kind: 'met', occupant, isSkipped: rule === 'skip' }, ports) }
}

function occupantOf(found: ObjectFacts, reason: Occupant['reason']): Occupant {
  const sha256 = found.metadata[metadataNames.sha256] ?? null
  return { sizeBytes: found.sizeBytes, etag: found.etag, modifiedAtMs: found.modifiedAtMs, sha256, reason }
}
