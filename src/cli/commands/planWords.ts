import { costOf, isSent, type PushPlan } from '../../core/engine/PushPlan.ts'
import type { ComparedObject, ObjectState } from '../../core/insight/coverage/compareObject.ts'
import { formatBytes } from '../../shared/units.ts'
import { problemSentence } from '../../shared/words/problemWords.ts'
import { oneLine } from '../oneLine.ts'
import type { Output } from '../output.ts'

/** How many objects are as they should be, are to be sent, or are left where they are. */
export type PlanCounts = {
  readonly unchanged: number
  readonly new: number
  readonly changed: number
  /** Null where files were named and no folder: then nothing can be left over. */
  readonly onlyRemote: number | null
}

const marks: Readonly<Record<ObjectState, string>> = { unchanged: '=', new: '+', changed: '~' }

export function countPlan(plan: PushPlan): PlanCounts {
  const objects = plan.frames.flatMap((frame) => frame.objects)
  const count = (state: ObjectState) => objects.filter((object) => object.state === state).length
  const onlyRemote = plan.prefix === null ? null : plan.onlyRemote.length
  return { unchanged: count('unchanged'), new: count('new'), changed: count('changed'), onlyRemote }
}

/** For example `2 new, 1 changed, 40 unchanged, 3 only in the bucket`. */
export function countsSentence(counts: PlanCounts): string {
  const { unchanged, changed, onlyRemote } = counts
  const remote = onlyRemote === null ? '' : `, ${onlyRemote} only in the bucket`
  return `${counts.new} new, ${changed} changed, ${unchanged} unchanged${remote}`
}

/** The answer of `push --dry-run`. */
export function tellPlan(plan: PushPlan, deletesExtra: boolean, output: Output): void {
  const { frames, refused, onlyRemote, prefix, ignored, conflict } = plan
  const counts = countPlan(plan)
  const cost = costOf(plan, { deletesExtra })
  const objects = frames.flatMap(({ file, objects }) => objects.map((object) => ({ file, object })))
  for (const { object } of objects) {
    if (object.state !== 'unchanged')
      output.line(`${marks[object.state]} ${oneLine(object.key)}${leftWord(object, plan)}`)
  }
  for (const { key } of onlyRemote) output.line(`${deletesExtra ? '-' : '?'} ${oneLine(key)}`)
  const unreadable = [
    ...refused,
    ...frames.flatMap(({ file, problem }) => (problem ? [{ path: file.path, problem }] : []))
  ]
  for (const { path, problem } of unreadable) output.words(`${oneLine(path)}: ${problemSentence(problem, null)}`)
  output.result({
    dryRun: true,
    files: frames.length + refused.length,
    ...counts,
    unreadable: unreadable.length,
    ignored,
    prefix,
    bytes: cost.bytes,
    classA: cost.classA,
    classB: cost.classB,
    requestsUsd: cost.requestsUsd,
    storageUsdMonth: cost.storageUsdMonth,
    objects: objects.map(({ file, object }) => ({
      source: file.path,
      key: object.key,
      output: object.outputId,
      state: object.state,
      isSent: isSent(object, conflict)
    })),
    onlyRemoteKeys: onlyRemote.map(({ key }) => key)
  })
  output.words(`${countsSentence(counts)}. To send: ${formatBytes(cost.bytes)}`)
  output.words(
    `${cost.classA} requests of class A, ${cost.classB} of class B: US$ ${usd(cost.requestsUsd)} once, and US$ ${usd(cost.storageUsdMonth)} a month for storage, beyond R2's free tier. Nothing was sent.`
  )
}

function leftWord({ state }: ComparedObject, { conflict }: PushPlan): string {
  if (state !== 'changed' || conflict === 'replace' || conflict === 'keep-both') return ''
  return conflict === 'skip' ? '  (left as it is, by the rule "skip")' : '  (asks, by the rule "ask")'
}

/** Whole cents say nothing of what costs a hundredth of one. */
function usd(amount: number): string {
  return amount >= 0.01 || amount === 0 ? amount.toFixed(2) : amount.toFixed(6)
}
