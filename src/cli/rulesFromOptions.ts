import { mirrorRules } from '../core/engine/FolderComparison.ts'
import { AppError } from '../shared/errors.ts'
import { type CollectionRules, type ConflictRule, collectionRulesSchema } from '../shared/model/collection.ts'
import type { LinkKind } from '../shared/model/link.ts'
import { ORIGINAL, type Output, WEB } from '../shared/model/output.ts'
import { presets } from '../shared/model/presets.ts'
import { type SelectionOptions, selectionFromOptions } from './selectionFromOptions.ts'

export type RuleOptions = SelectionOptions & {
  readonly template?: string
  readonly outputs?: string
  readonly conflict?: string
  readonly link?: string
  readonly cacheControl?: string
  readonly user?: string
  readonly mirror?: boolean
}

/** The option that is to blame for a rule, by the rule's name; rules that no option gives keep their own. */
const OPTIONS: ReadonlyMap<unknown, string> = new Map([
  ['keyTemplate', '--template'],
  ['outputs', '--outputs'],
  ['conflict', '--conflict'],
  ['link', '--link'],
  ['cacheControl', '--cache-control'],
  ['user', '--user'],
  ['include', '--include'],
  ['exclude', '--exclude'],
  ['kinds', '--kinds'],
  ['leastRating', '--min-rating'],
  ['labels', '--label'],
  ['keywords', '--keyword']
])

/** The app's rules with what the command line says instead. @throws AppError `bad-request` naming the option. */
export function rulesFromOptions(base: CollectionRules, options: RuleOptions): CollectionRules {
  const cacheControl = options.cacheControl
  const selection = selectionFromOptions(base, options)
  const rules: CollectionRules = {
    ...(options.mirror ? mirrorRules(base) : base),
    ...(options.template === undefined ? {} : { keyTemplate: options.template }),
    ...(options.outputs === undefined ? {} : { outputs: readOutputs(options.outputs, base.outputs) }),
    ...(options.conflict === undefined ? {} : { conflict: options.conflict as ConflictRule }),
    ...(options.link === undefined ? {} : { link: readLink(options.link) }),
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(selection && { selection }),
    ...(cacheControl === undefined
      ? {}
      : { cacheControl: { image: cacheControl, video: cacheControl, pdf: cacheControl, other: cacheControl } })
  }
  const parsed = collectionRulesSchema.safeParse(rules)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new AppError('bad-request', `${optionOf(issue?.path ?? [])}: ${issue?.message}`)
}

function optionOf(path: ReadonlyArray<PropertyKey>): string {
  const [rule, part] = path
  return OPTIONS.get(rule === 'selection' ? part : rule) ?? path.join('.')
}

/** Names of outputs, as the settings define them, or of presets, each with all of its renditions. */
function readOutputs(text: string, defined: ReadonlyArray<Output>): Output[] {
  const known = new Map<string, ReadonlyArray<Output>>([
    ...presets.map(({ id, renditions }) => [id, renditions] as const),
    ...[ORIGINAL, WEB, ...defined].map((output) => [output.id, [output]] as const)
  ])
  return text.split(',').flatMap((name) => {
    const outputs = known.get(name.trim())
    if (!outputs)
      throw new AppError('bad-request', `--outputs: "${name.trim()}" is not one of ${[...known.keys()].join(', ')}`)
    return outputs
  })
}

function readLink(text: string): LinkKind {
  if (text === 'public' || text === 'private') return { kind: text }
  return { kind: 'signed', seconds: readDuration(text) }
}

/** @returns seconds, from `90s`, `15m`, `1h`, `7d`. @throws AppError `bad-request`. */
export function readDuration(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})(s|m|h|d)$/.exec(text) ?? []
  const seconds = Number(count) * ({ s: 1, m: 60, h: 3_600, d: 86_400 }[unit] ?? 0)
  if (!(seconds >= 1 && seconds <= 604_800)) {
    throw new AppError('bad-request', `"${text}" is not a time from 1s to 7d, such as 15m, 1h or 7d`)
  }
  return seconds
}
