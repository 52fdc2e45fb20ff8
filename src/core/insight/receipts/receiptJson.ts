import type { ReceiptLine } from './judgeFrame.ts'
import type { ReceiptReport } from './receiptFile.ts'

/** Counts up when a field changes its meaning or goes; a new field leaves it as it is. */
const VERSION = 1

/** The receipt for programs: one object, documented in docs/receipts.md. Times are ISO 8601 in UTC. */
export function receiptJson({ receipt, lines }: ReceiptReport): string {
  const { collectionId, collectionName, accountName, bucket, reproved } = receipt
  const { frames, proved, provedBytes, objects, isSafe, isFolderRead } = receipt
  const document = {
    format: 'silverdrop-receipt',
    version: VERSION,
    collection: { id: collectionId, name: collectionName },
    account: accountName,
    bucket,
    madeAt: toIso(receipt.madeAtMs),
    reproved: reproved && { objects: reproved.objects, at: toIso(reproved.atMs) },
    isSafe,
    isFolderRead,
    frames,
    proved,
    provedBytes,
    objects,
    lines: Array.from(lines, toEntry)
  }
  return `${JSON.stringify(document, null, 1)}\n`
}

function toEntry({ path, outputId, key, reason, problem, proof, isWithoutPosition }: ReceiptLine) {
  return {
    path,
    key,
    output: outputId,
    size: proof?.sizeBytes ?? null,
    sha256: proof?.sha256 ?? null,
    etag: proof?.etag ?? null,
    provedAt: proof && toIso(proof.provedAtMs),
    status: reason === null ? 'proved' : 'not proved',
    reason,
    problem: problem?.code ?? null,
    ...(isWithoutPosition && { withoutPosition: true })
  }
}

export function toIso(unixMs: number): string {
  return new Date(unixMs).toISOString()
}
