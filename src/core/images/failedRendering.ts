import { type AppError, toProblem } from '../../shared/errors.ts'
import type { RenderJob, RenderResult } from './Darkroom.ts'

/**
 * The result of a job of which nothing can be made.
 *
 * @throws AppError `disk-full`, which is no fault of the picture.
 */
export function failedRendering(job: RenderJob, error: AppError): RenderResult {
  if (error.code === 'disk-full') throw error
  const problem = toProblem(error)
  return {
    renditions: job.renditions.map(({ rendition }) => ({ outputId: rendition.id, ok: false, problem })),
    preview: job.previewPath === null ? null : { ok: false, problem }
  }
}
