import { AppError } from '../../../shared/errors.ts'

/**
 * What every answer of R2 has. Where it is absent, something else has answered: the SDK takes any 200, the sign-in page
 * of a hotel included, for an answer without content.
 *
 * @throws AppError `endpoint-wrong`.
 */
export function expected<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new AppError('endpoint-wrong', `${what}: the answer is not one of R2`)
  return value
}
