import { addAbortSignal, type Readable } from 'node:stream'

/**
 * An object's bytes as `ObjectStore.get` promises them: what breaks off fails with what `toError` makes of it, an abort
 * takes effect at once, silence included, and cancelling ends the connection or the file behind it.
 */
export function toBodyStream(
  body: Readable,
  signal: AbortSignal,
  toError: (error: unknown) => Error
): ReadableStream<Uint8Array> {
  addAbortSignal(signal, body)
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          signal.throwIfAborted()
          throw toError(error)
        }
      },
      cancel() {
        body.destroy()
      }
    },
    { highWaterMark: 0 } // the body has a buffer of its own
  )
}
