import { type Problem, toProblem } from '../../../shared/errors.ts'
import type { Proof } from '../../../shared/model/frame.ts'
import type { Verdict } from './judgeFrame.ts'
import { batchesOf, type ReceiptScope } from './makeReceipt.ts'
import type { ReceiptRows, ReceiptUpload } from './ReceiptRows.ts'

/** Objects looked at side by side: they are questions without a body, and R2 answers each in some 50 ms. */
const LOOKS = 16

/** So many failures in a row, and nobody answers: the rest is not asked, since each question waits for its retries. */
const MOST_FAILURES = LOOKS

/** An object as the bucket shows it. */
export type SeenObject = {
  readonly sizeBytes: number
  /** Without quotes. */
  readonly etag: string
  /** What its metadata says of its bytes; null where it says nothing. */
  readonly sha256: string | null
}

export type ProvePorts = {
  readonly rows: ReceiptRows
  /** The bucket that the account leads to now; null for an account that is not set up on this computer. */
  readonly bucketOf: (accountId: string) => string | null
  /** @returns null if there is no such object. @throws AppError where the bucket cannot be asked; `signal.reason`. */
  readonly head: (accountId: string, key: string, signal: AbortSignal) => Promise<SeenObject | null>
  readonly onProgress: (looked: number, objects: number) => void
}

/** An object that was proved, to be looked at again. */
export type ProvedObject = Pick<ReceiptUpload, 'id' | 'accountId' | 'key'> & { readonly proof: Proof }
export type Verdicts = ReadonlyMap<string, { readonly proof: Proof; readonly verdict: Verdict }>

/**
 * Looks at every object that was proved, once more. Changes nothing, in the bucket or in the catalog.
 *
 * @returns what the bucket says of each proof, by the upload's id. Where nobody answers it is `unknown`, never `gone`.
 * @throws `signal.reason`.
 */
export async function proveObjects(scope: ReceiptScope, ports: ProvePorts, signal: AbortSignal): Promise<Verdicts> {
  const objects = await listProved(scope, ports, signal)
  const verdicts = new Map<string, { proof: Proof; verdict: Verdict }>()
  const silences = new Map<string, Silence>()
  const left = objects.values()
  ports.onProgress(0, objects.length)

  const work = async () => {
    for (const object of left) {
      const verdict = await ask(object)
      verdicts.set(object.id, { proof: object.proof, verdict })
      ports.onProgress(verdicts.size, objects.length)
    }
  }

  async function ask({ accountId, key, proof }: ProvedObject): Promise<Verdict> {
    signal.throwIfAborted()
    const silence = silences.get(accountId)
    if (silence && silence.failures >= MOST_FAILURES) return { kind: 'unknown', problem: silence.problem }
    try {
      const found = await ports.head(accountId, key, signal)
      silences.delete(accountId)
      return { kind: compare(found, proof) }
    } catch (error) {
      signal.throwIfAborted()
      const problem = toProblem(error)
      silences.set(accountId, { failures: (silences.get(accountId)?.failures ?? 0) + 1, problem })
      return { kind: 'unknown', problem }
    }
  }

  await Promise.all(Array.from({ length: LOOKS }, work))
  return verdicts
}

/** An account that does not answer. */
type Silence = { readonly failures: number; readonly problem: Problem }

async function listProved(
  scope: ReceiptScope,
  { rows, bucketOf }: ProvePorts,
  signal: AbortSignal
): Promise<ReadonlyArray<ProvedObject>> {
  const objects: ProvedObject[] = []
  for await (const frames of batchesOf(scope, rows, signal)) {
    for (const { id, accountId, bucket, key, state } of frames.flatMap(({ uploads }) => uploads)) {
      // In another bucket than the account has now, the question would be answered for the wrong object.
      const isHere = (bucketOf(accountId) ?? bucket) === bucket
      if (state.kind === 'done' && isHere) objects.push({ id, accountId, key, proof: state.proof })
    }
  }
  return objects
}

function compare(found: SeenObject | null, proof: Proof): 'same' | 'gone' | 'differs' {
  if (found === null) return 'gone'
  // What was found there may be somebody else's, without our metadata: its ETag is the MD5 that was compared then.
  const isSameContent = found.sha256 === proof.sha256 || (found.sha256 === null && proof.how === 'found')
  return found.sizeBytes === proof.sizeBytes && found.etag === proof.etag && isSameContent ? 'same' : 'differs'
}
