import { AppError } from '../../shared/errors.ts'
import type { Upload } from '../catalog/records.ts'
import type { ObjectFacts } from '../store/ObjectStore.ts'
import { isOurs, metadataNames } from './objectHeaders.ts'
import { advance, keepProof, type SendJob, type SendPorts } from './sendUpload.ts'
import { takeNextKey } from './takeNextKey.ts'
import type { Occupant } from './UploadState.ts'

/** So many names are looked at before a person is asked. */
const MOST_NAMES = 200

/** `settled`: nothing is to be sent any more. `again`: to be sent to the key, and under the condition, that it has now. */
type Met = { readonly kind: 'settled' | 'again'; readonly upload: Upload }

/**
 * The key is taken. The same content is what was wanted; for other content the rule of the collection decides.
 *
 * @param md5 Of the object's bytes, where it goes in one request: R2's ETag of an object that anyone put there so.
 * @throws AppError `conflict` where 200 names in a row are taken.
 */
export async function meetOccupant(
  taken: Upload,
  md5: string | null,
  job: SendJob,
  ports: SendPorts,
  signal: AbortSignal
): Promise<Met> {
  const { store, uploads } = ports
  let upload = taken
  for (let name = 0; name < MOST_NAMES; name += 1) {
    const found = await store.head(upload.key, signal)
    signal.throwIfAborted()
    if (!found) return { kind: 'again', upload: uploads.setKey(upload, { ...upload, replaces: null }) }
    if (isOurs(found, upload) || (found.etag === md5 && found.sizeBytes === upload.sizeBytes))
      return { kind: 'settled', upload: keepProof(upload, job.frame, found.etag, 'found', ports) }
    // Looked at before it is sent there: a request with a body costs more than one without.
    if (job.rules.conflict === 'keep-both') upload = takeNextKey(upload, uploads)
    else return obeyRule(upload, found, job.rules.conflict, ports)
  }
  throw new AppError('conflict', `${MOST_NAMES} names beginning like ${taken.key} are taken`)
}

function obeyRule(upload: Upload, found: ObjectFacts, rule: 'replace' | 'skip' | 'ask', ports: SendPorts): Met {
  // A picture is not overwritten by a fragment of one without a person's word (rule 1 of the design).
  const isFragment = (upload.sizeBytes ?? 0) * 10 < found.sizeBytes
  if (rule === 'replace' && !isFragment) {
    return { kind: 'again', upload: ports.uploads.setKey(upload, { ...upload, replaces: found.etag }) }
  }
  const occupant = occupantOf(found)
  return { kind: 'settled', upload: advance(upload, { kind: 'met', occupant, isSkipped: rule === 'skip' }, ports) }
}

function occupantOf(found: ObjectFacts): Occupant {
  const sha256 = found.metadata[metadataNames.sha256] ?? null
  return { sizeBytes: found.sizeBytes, etag: found.etag, modifiedAtMs: found.modifiedAtMs, sha256 }
}
