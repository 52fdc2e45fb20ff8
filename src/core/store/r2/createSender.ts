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
    try {
      return await attempt()
    } catch (error) {
      // The refusal told the SDK the time at R2, so the same request is right when it is signed anew.
      if (error instanceof AppError && error.code === 'clock-skewed') return attempt()
      throw error
    }
  }
}
