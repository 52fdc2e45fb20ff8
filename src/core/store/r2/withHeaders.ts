type Answer<Output extends object> = { readonly response: unknown; readonly output: Output }
type Next<Input extends object, Output extends object> = (args: {
  readonly input: Input
  readonly request: unknown
}) => Promise<Answer<Output>>
type Middleware<Input extends object, Output extends object> = (next: Next<Input, Output>) => Next<Input, Output>

/** What is used of an SDK command; a method, so that the SDK's overloads fit. */
type CommandLike<Input extends object, Output extends object> = {
  readonly input: Input
  readonly middlewareStack: {
    add(middleware: Middleware<Input, Output>, options: { readonly step: 'build'; readonly name: string }): void
  }
}

/**
 * Adds headers that the SDK has no input for, before it signs. `x-amz-content-sha256` is one of them: the signer takes
 * it as it is instead of hashing the body once more, and R2 checks the body against it all the same.
 */
export function withHeaders<Input extends object, Output extends object>(
  command: CommandLike<Input, Output>,
  headers: Readonly<Record<string, string>>
): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      if (hasHeaders(args.request)) Object.assign(args.request.headers, headers)
      return next(args)
    },
    { step: 'build', name: 'silverdropHeaders' }
  )
}

function hasHeaders(request: unknown): request is { readonly headers: Record<string, string> } {
  return typeof request === 'object' && request !== null && 'headers' in request
}
