import { DeleteObjectCommand, DeleteObjectsCommand } from '@aws-sdk/client-s3'
import { AppError } from '../../../shared/errors.ts'
import type { Send } from './createSender.ts'
import { toListedError } from './toAppError.ts'

/** @see https://developers.cloudflare.com/r2/platform/limits/ (delete batch) */
const MAX_BATCH = 1000

type Failed = { readonly key: string; readonly error: Error }

/** `ObjectStore.delete` by DeleteObjects, and one by one for keys that its XML cannot name. */
export async function deleteObjects(
  send: Send,
  bucket: string,
  keys: ReadonlyArray<string>,
  signal: AbortSignal
): Promise<ReadonlyArray<Failed>> {
  signal.throwIfAborted()
  const failed: Failed[] = []
  const named = keys.filter(isXmlText)
  for (let start = 0; start < named.length; start += MAX_BATCH) {
    failed.push(...(await deleteBatch(send, bucket, named.slice(start, start + MAX_BATCH), signal)))
  }
  for (const key of keys) {
    if (isXmlText(key)) continue
    try {
      await send(new DeleteObjectCommand({ Bucket: bucket, Key: key }), { what: `delete ${key}`, signal })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      failed.push({ key, error })
    }
  }
  return failed
}

async function deleteBatch(
  send: Send,
  bucket: string,
  keys: ReadonlyArray<string>,
  signal: AbortSignal
): Promise<ReadonlyArray<Failed>> {
  const what = `delete ${keys.length} objects`
  const command = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } })
  const answer = await send(command, { what, signal })
  const deleted = new Set((answer.Deleted ?? []).map(({ Key }) => Key))
  const errors = new Map((answer.Errors ?? []).map(({ Key, Code = '', Message = '' }) => [Key, { Code, Message }]))
  return keys.flatMap((key) => {
    if (deleted.has(key)) return []
    const refused = errors.get(key)
    if (!refused) return [{ key, error: new AppError('endpoint-wrong', `${what}: nothing was said about ${key}`) }]
    if (refused.Code === 'NoSuchKey') return []
    return [{ key, error: toListedError(refused.Code, refused.Message, `delete ${key}`) }]
  })
}

/** Whether XML can carry the key unchanged: control characters and U+FFFE, U+FFFF it cannot, not even escaped. */
function isXmlText(key: string): boolean {
  return [...key].every((character) => character >= ' ' && character !== '\ufffe' && character !== '\uffff')
}
