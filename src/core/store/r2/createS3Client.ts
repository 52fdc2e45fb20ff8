import { S3Client } from '@aws-sdk/client-s3'
import type { AccountSecret, R2Account } from '../../../shared/model/account.ts'

/** What it takes to speak to R2, or to the emulator, whichever bucket is meant. */
export type R2Access = Pick<R2Account, 'endpoint' | 'region' | 'accessKeyId'>

export type Timeouts = {
  /** Until a connection is there. */
  readonly connectMs: number
  /** Silence on a connection. */
  readonly silenceMs: number
}

/** Without them a dead connection hangs an upload for ever. Joining 10,000 parts takes a while, in silence. */
export const defaultTimeouts: Timeouts = { connectMs: 10_000, silenceMs: 90_000 }

/** The SDK's client with the settings that R2 needs; r2-facts §0 and §5 say why each of them is there. */
export function createS3Client(
  access: R2Access,
  secret: AccountSecret,
  { connectMs, silenceMs }: Timeouts = defaultTimeouts
): S3Client {
  return new S3Client({
    endpoint: access.endpoint,
    region: access.region,
    credentials: {
      accessKeyId: access.accessKeyId,
      secretAccessKey: secret.secretAccessKey,
      ...(secret.sessionToken === undefined ? {} : { sessionToken: secret.sessionToken })
    },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
    maxAttempts: 1, // `withRetry` and the transfer room repeat: they know what may be repeated, and can wait longer
    requestHandler: { connectionTimeout: connectMs, socketTimeout: silenceMs }
  })
}
