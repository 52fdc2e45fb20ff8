import { ListBucketsCommand } from '@aws-sdk/client-s3'
import type { AccountSecret } from '../../../shared/model/account.ts'
import { createS3Client, type R2Access } from './createS3Client.ts'
import { createSender } from './createSender.ts'
import { expected } from './expected.ts'

/**
 * The names of all buckets that these keys may list.
 *
 * @throws AppError `access-denied` for keys that are limited to objects, good as they may be for their bucket.
 */
export async function listBuckets(
  access: R2Access,
  secret: AccountSecret,
  signal: AbortSignal
): Promise<ReadonlyArray<string>> {
  const client = createS3Client(access, secret)
  const send = createSender(client)
  const what = 'list buckets'
  const names: string[] = []
  let after: string | undefined
  try {
    do {
      const command = new ListBucketsCommand(after === undefined ? {} : { ContinuationToken: after })
      const answer = await send(command, { what, signal })
      names.push(...expected(answer.Buckets, what).map(({ Name }) => expected(Name, what)))
      after = answer.ContinuationToken
    } while (after !== undefined)
  } finally {
    client.destroy()
  }
  return names
}
