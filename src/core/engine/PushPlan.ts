import type { ConflictRule } from '../../shared/model/collection.ts'
import type { FileProblem } from '../files/FrameFile.ts'
import type { ComparedFrame } from '../insight/coverage/compareFrames.ts'
import type { ComparedObject } from '../insight/coverage/compareObject.ts'
import type { ListedObject } from '../store/ObjectStore.ts'
import { countPutRequests, SINGLE_PUT_BYTES } from '../transfer/planParts.ts'
import { CLASS_A_USD, RENDITION_BYTES, STORAGE_USD_GB_MONTH } from './forecast.ts'

/** US$; Standard class, beyond the free tier. @see https://developers.cloudflare.com/r2/pricing/ */
const CLASS_B_USD = 0.36 / 1_000_000

/** What one page of a listing holds at most. */
const PAGE_KEYS = 1_000

/** A deletion into the trash: a copy, and looks at the object, twice, at its copy and at the object again. */
const DELETION = { classA: 1, classB: 4 }

/** What a push will do, and what it will not. Made by looking only. */
export type PushPlan = {
  readonly frames: ReadonlyArray<ComparedFrame>
  /** Files that cannot be taken. */
  readonly refused: ReadonlyArray<FileProblem>
  /** Files that the rules leave out. */
  readonly leftOut: number
  /** Left out by the ignore rules. */
  readonly ignored: number
  /** Objects below `prefix` that no file has. */
  readonly onlyRemote: ReadonlyArray<ListedObject>
  /** `''`, the whole bucket, or ends in `/`; null where files were named and no folder, so that nothing is left over. */
  readonly prefix: string | null
  /** Objects that the bucket told of. */
  readonly listed: number
  readonly conflict: ConflictRule
}

export type PlanCost = {
  /** Bytes that are sent; of renditions, which are made only then, an estimate. */
  readonly bytes: number
  readonly classA: number
  readonly classB: number
  readonly requestsUsd: number
  /** Added a month, as long as they stay. */
  readonly storageUsdMonth: number
}

/** What is sent: what is not there, and what is another there where the rule does not leave that alone. */
export function isSent({ state }: ComparedObject, conflict: ConflictRule): boolean {
  return state === 'new' || (state === 'changed' && (conflict === 'replace' || conflict === 'keep-both'))
}

/**
 * Requests and US$ of a push, beyond the free tier (r2-facts §8): its listing, the bodies and, with `deletesExtra`, the
 * way into the trash.
 */
export function costOf(plan: PushPlan, options: { readonly deletesExtra: boolean }): PlanCost {
  const { conflict, listed, onlyRemote, prefix } = plan
  const pages = prefix === null ? 0 : Math.max(1, Math.ceil(listed / PAGE_KEYS))
  const cost = { bytes: 0, classA: pages, classB: 0 }
  for (const { file, objects } of plan.frames) {
    for (const object of objects) {
      if (object.found) cost.classB += 1 // sending looks at what the plan found, before it says so
      if (!isSent(object, conflict)) continue
      const sizeBytes = object.isOriginal ? file.sizeBytes : RENDITION_BYTES
      cost.bytes += sizeBytes
      cost.classA += countPutRequests(sizeBytes)
      const isWhole = sizeBytes <= SINGLE_PUT_BYTES
      if (!isWhole || object.state === 'changed') cost.classB += 1 // the proof, or whom it meets there
      if (isWhole && object.state === 'changed') cost.classA += 1 // turned away at first
    }
  }
  if (options.deletesExtra) {
    cost.classA += DELETION.classA * onlyRemote.length
    cost.classB += DELETION.classB * onlyRemote.length
  }
  return {
    ...cost,
    requestsUsd: cost.classA * CLASS_A_USD + cost.classB * CLASS_B_USD,
    storageUsdMonth: (cost.bytes / 1e9) * STORAGE_USD_GB_MONTH
  }
}
