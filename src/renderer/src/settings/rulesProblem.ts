import { type CollectionRules, collectionRulesSchema } from '../../../shared/model/collection.ts'
import { type Rendition, WEB } from '../../../shared/model/output.ts'

/** Why the rules cannot be used, in a sentence; null if they can. */
export function rulesProblem(rules: CollectionRules): string | null {
  if (rules.outputs.length === 0) return 'At least one output is needed: the original, or a rendition.'
  if (rules.keyTemplate.trim() === '') return 'The naming template is empty.'
  if (collectionRulesSchema.safeParse(rules).success) return null
  return 'Cache-Control takes plain letters only, up to 200.'
}

/** A new rendition with a name that is free. */
export function newRendition(outputs: CollectionRules['outputs']): Rendition {
  const taken = new Set(outputs.map(({ id }) => id))
  let number = 1
  while (taken.has(number === 1 ? 'proof' : `proof-${number}`)) number += 1
  const id = number === 1 ? 'proof' : `proof-${number}`
  return { ...WEB, id, longEdgePx: 1280, format: 'jpeg', quality: 80 }
}
