import { Option } from 'commander'
import type { CollectionRules } from '../shared/model/collection.ts'
import { frameKinds } from '../shared/model/frame.ts'
import { selectionRulesSchema } from '../shared/model/selection.ts'

/** Which frames go, as the command line says it. What it does not say stays as the rules have it. */
export type SelectionOptions = {
  readonly include?: ReadonlyArray<string>
  readonly exclude?: ReadonlyArray<string>
  /** By commas. */
  readonly kinds?: string
  readonly minRating?: string
  readonly label?: ReadonlyArray<string>
  readonly keyword?: ReadonlyArray<string>
}

export function selectionOptions(): ReadonlyArray<Option> {
  const several = (flags: string, description: string) =>
    new Option(flags, `${description}; may be given several times`).argParser(
      (value: string, previous: ReadonlyArray<string> = []) => [...previous, value]
    )
  return [
    several('--include <pattern>', 'send only files that fit one of these, for example "*.jpg"'),
    several('--exclude <pattern>', 'leave out files that fit, for example "Export/"'),
    new Option('--kinds <names>', `send only these, by commas: ${frameKinds.join(', ')}`),
    new Option('--min-rating <stars>', 'send only what is rated so or better, 1 to 5, by XMP'),
    several('--label <name>', 'send only what has one of these colour labels'),
    several('--keyword <word>', 'send only what has one of these keywords')
  ]
}

/**
 * The rules' selection with what was given instead. Null where nothing was given.
 *
 * @returns what `collectionRulesSchema` has still to check.
 */
export function selectionFromOptions(
  { selection }: Pick<CollectionRules, 'selection'>,
  { include, exclude, kinds, minRating, label, keyword }: SelectionOptions
): NonNullable<CollectionRules['selection']> | null {
  const given = {
    ...(include && { include: [...include] }),
    ...(exclude && { exclude: [...exclude] }),
    ...(kinds !== undefined && {
      kinds: kinds.split(',').map((kind) => kind.trim()) as Array<(typeof frameKinds)[number]>
    }),
    ...(minRating !== undefined && { leastRating: Number(minRating) }),
    ...(label && { labels: [...label] }),
    ...(keyword && { keywords: [...keyword] })
  }
  if (Object.keys(given).length === 0) return null
  return { ...(selection ?? selectionRulesSchema.parse({})), ...given }
}
