import type { S3Client, ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-s3'
import { AppError } from '../../../shared/errors.ts'
import { toAppError } from './toAppError.ts'

type Call = {
  /** What is tried, for the log. */
  readonly what: string
  readonly signal: AbortSignal
  /** False for HEAD: its status is all there is to go by. */
  readonly answersWithBody?: boolean
}

type Command<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> = Parameters<
  typeof S3Client.prototype.send<Input, Output>
>[0]

export type Send = <Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  command: Command<Input, Output>,
  call: Call
) => Promise<Output>

/** R2 tolerates 15 minutes. A correction of less than this explains no refusal. */
const SKEW_MS = 10 * 60_000

/** Sends commands so that what fails is an AppError, and what was stopped rejects with the signal's reason. */
export function createSender(client: S3Client): Send {
  return async (command, { what, signal, answersWithBody = true }) => {
    signal.throwIfAborted()
    const attempt = async () => {
      try {
        return await client.send(command, { abortSignal: signal })
      } catch (error) {
        signal.throwIfAborted()
        throw toAppError(error, what, answersWithBody)
      }
    }
    const offsetMs = client.config.systemClockOffset
    try {
      return await attempt()
    } catch (error) {
      // The refusal told the SDK the time at R2, so the same request is right when it is signed anew. That of a HEAD has
      // no code: there the correction is what shows why.
      const wasSkewed = Math.abs(client.config.systemClockOffset - offsetMs) > SKEW_MS
      if (error instanceof AppError && (error.code === 'clock-skewed' || wasSkewed)) return attempt()
      throw error
    }
  }
}
