import { type Output, outputsSchema } from '../../../shared/model/output.ts'
import type { Preset } from '../../../shared/model/presets.ts'

/**
 * The outputs with those of a preset behind them, under names that are free.
 *
 * @returns null if that were more outputs than a collection can have.
 */
export function withPreset(outputs: ReadonlyArray<Output>, { renditions }: Preset): Output[] | null {
  const next = [...outputs]
  for (const rendition of renditions) next.push({ ...rendition, id: freeId(rendition.id, next) })
  return outputsSchema.safeParse(next).success ? next : null
}

/** `proof`, or `proof-2` where that is taken, and so on. */
export function freeId(id: string, outputs: ReadonlyArray<Output>): string {
  const taken = new Set(outputs.map((output) => output.id))
  let number = 1
  while (taken.has(numbered(id, number))) number += 1
  return numbered(id, number)
}

function numbered(id: string, number: number): string {
  return number === 1 ? id : `${id}-${number}`
}
