import { type CollectionRules, cacheControlSchema, collectionRulesSchema } from '../../../shared/model/collection.ts'
import { type Output, outputSchema, type Rendition, WEB } from '../../../shared/model/output.ts'
import { quietRulesSchema, sentFolderSchema } from '../../../shared/model/selection.ts'
import { freeId } from './presetOutputs.ts'
import { selectionErrors } from './selection.ts'

/** Why the rules cannot be used, in a sentence; null if they can. */
export function rulesProblem(rules: CollectionRules): string | null {
  const { outputs, keyTemplate, cacheControl, selection, quiet, sentFolder } = rules
  if (outputs.length === 0) return 'At least one output is needed: the original, or a rendition.'
  const wrong = outputs.find((output) => !outputSchema.safeParse(output).success)
  if (wrong) return outputProblem(wrong)
  if (keyTemplate.trim() === '') return 'The naming template is empty.'
  if (!cacheControlSchema.safeParse(cacheControl).success) return 'Cache-Control takes plain letters only, up to 200.'
  if (selection && Object.values(selectionErrors(selection)).some((error) => error !== null))
    return 'Something under “What goes” cannot be used yet.'
  if (quiet && !quietRulesSchema.safeParse(quiet).success) return 'Something under “Quiet hours” cannot be used yet.'
  if (sentFolder !== undefined && !sentFolderSchema.safeParse(sentFolder).success)
    return 'The folder for sent files needs another name.'
  return collectionRulesSchema.safeParse(rules).success ? null : 'Something above cannot be used yet.'
}

/** A new rendition with a name that is free. */
export function newRendition(outputs: CollectionRules['outputs']): Rendition {
  return { ...WEB, id: freeId('proof', outputs), longEdgePx: 1280, format: 'jpeg', quality: 80 }
}

function outputProblem(output: Output): string {
  const watermark = output.kind === 'rendition' ? output.watermark : null
  if (watermark?.kind === 'text' && watermark.text.trim() === '') return `The watermark of ${output.id} has no text.`
  if (watermark?.kind === 'image' && watermark.path === '') return `The watermark of ${output.id} has no picture.`
  return `Something of ${output.id} cannot be used yet.`
}
