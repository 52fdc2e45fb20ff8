import {
  type TimetableEntry,
  type TransferOrder,
  type TransferSettings,
  timetableEntrySchema,
  transferSettingsSchema
} from '../../../shared/model/transfer.ts'
import { MiB } from '../../../shared/units.ts'
import {
  freeLineId,
  type HoursDraft,
  type HoursErrors,
  hoursErrors,
  readHours,
  toHoursDraft,
  WORKDAYS
} from './hoursDraft.ts'

/** Decimal, as speeds are shown everywhere in the window. */
export const rateUnits = ['KB/s', 'MB/s'] as const
export type RateUnit = (typeof rateUnits)[number]
const UNIT_BYTES: Readonly<Record<RateUnit, number>> = { 'KB/s': 1e3, 'MB/s': 1e6 }

export type RateDraft = { readonly text: string; readonly unit: RateUnit }
export const entryRules = ['limit', 'nothing', 'no-limit'] as const
export type EntryRule = (typeof entryRules)[number]

/** A line of the timetable while it is typed. */
export type EntryDraft = HoursDraft & {
  readonly rule: EntryRule
  readonly rate: RateDraft
}

/** The settings of the transfer while they are typed: a number is text until it is whole. */
export type TransferDraft = {
  readonly order: TransferOrder
  readonly renditionsFirst: boolean
  readonly hasLimit: boolean
  readonly rate: RateDraft
  readonly timetable: ReadonlyArray<EntryDraft>
  readonly hasPartSize: boolean
  readonly partMiB: string
  readonly bufferMiB: string
}

/** What is wrong with each field; null where nothing is. */
export type EntryErrors = HoursErrors & { readonly rate: string | null }
export type TransferErrors = {
  readonly rate: string | null
  readonly partMiB: string | null
  readonly bufferMiB: string | null
  readonly timetable: ReadonlyArray<EntryErrors>
}

const USUAL_RATE: RateDraft = { text: '2', unit: 'MB/s' }
const LEAST_RATE_WORDS = 'A number, at least 17 KB/s'

export function toTransferDraft(settings: TransferSettings): TransferDraft {
  const { order, renditionsFirst, bandwidth, partBytes, bufferBytes } = settings
  return {
    order,
    renditionsFirst,
    hasLimit: bandwidth.bytesPerSecond !== null,
    rate: toRateDraft(bandwidth.bytesPerSecond),
    timetable: bandwidth.timetable.map(toEntryDraft),
    hasPartSize: partBytes !== null,
    partMiB: String((partBytes ?? 16 * MiB) / MiB),
    bufferMiB: String(Math.round(bufferBytes / MiB))
  }
}

/** Office hours, which is what a limit is mostly for. */
export function newEntryDraft(timetable: ReadonlyArray<EntryDraft>): EntryDraft {
  return {
    id: freeLineId(timetable),
    days: new Set(WORKDAYS),
    from: '09:00',
    to: '18:00',
    rule: 'limit',
    rate: USUAL_RATE
  }
}

/** @returns the settings, or null with what is wrong. */
export function readTransferDraft(draft: TransferDraft): { settings: TransferSettings | null; errors: TransferErrors } {
  const bytesPerSecond = draft.hasLimit ? readRate(draft.rate) : null
  const partBytes = draft.hasPartSize ? readMiB(draft.partMiB) : null
  const bufferBytes = readMiB(draft.bufferMiB)
  const { partBytes: partSchema, bufferBytes: bufferSchema } = transferSettingsSchema.shape
  const errors: TransferErrors = {
    rate: draft.hasLimit && bytesPerSecond === null ? LEAST_RATE_WORDS : null,
    partMiB:
      draft.hasPartSize && !(partBytes !== null && partSchema.safeParse(partBytes).success)
        ? 'A whole number of MiB, from 8 to 512'
        : null,
    bufferMiB: bufferSchema.safeParse(bufferBytes).success ? null : 'A whole number of MiB, from 64 to 4096',
    timetable: draft.timetable.map(entryErrors)
  }
  const { order, renditionsFirst } = draft
  const timetable = draft.timetable.map(readEntry)
  const parsed = transferSettingsSchema.safeParse({
    order,
    renditionsFirst,
    partBytes,
    bufferBytes,
    bandwidth: { bytesPerSecond, timetable }
  })
  return { settings: parsed.success && !hasErrors(errors) ? parsed.data : null, errors }
}

/** A line as it would be stored; null while something of it is missing or wrong. */
export function readEntry(draft: EntryDraft): TimetableEntry | null {
  const rate = { limit: readRate(draft.rate), nothing: 0, 'no-limit': null }[draft.rule]
  if (draft.rule === 'limit' && rate === null) return null
  const parsed = timetableEntrySchema.safeParse({
    ...readHours(draft),
    bytesPerSecond: rate
  })
  return parsed.success ? parsed.data : null
}

function toEntryDraft({ bytesPerSecond, ...hours }: TimetableEntry, id: number): EntryDraft {
  return {
    ...toHoursDraft(hours, id),
    rule: bytesPerSecond === null ? 'no-limit' : bytesPerSecond === 0 ? 'nothing' : 'limit',
    rate: toRateDraft(bytesPerSecond)
  }
}

function entryErrors(draft: EntryDraft): EntryErrors {
  return {
    ...hoursErrors(draft),
    rate: draft.rule === 'limit' && readRate(draft.rate) === null ? LEAST_RATE_WORDS : null
  }
}

function hasErrors({ timetable, ...fields }: TransferErrors): boolean {
  return [fields, ...timetable].some((errors) => Object.values(errors).some((error) => error !== null))
}

/** Null and 0 have no rate of their own: the usual one stands ready. */
function toRateDraft(bytesPerSecond: number | null): RateDraft {
  if (bytesPerSecond === null || bytesPerSecond === 0) return USUAL_RATE
  const unit = bytesPerSecond >= UNIT_BYTES['MB/s'] ? 'MB/s' : 'KB/s'
  return { text: String(bytesPerSecond / UNIT_BYTES[unit]), unit }
}

/** Bytes a second; null if it is no number or too little. */
function readRate({ text, unit }: RateDraft): number | null {
  if (!/^\d{1,6}(?:[.,]\d{1,6})?$/.test(text.trim())) return null
  const rate = Math.round(Number(text.trim().replace(',', '.')) * UNIT_BYTES[unit])
  const isAllowed = rate > 0 && timetableEntrySchema.shape.bytesPerSecond.safeParse(rate).success
  return isAllowed ? rate : null
}

/** Bytes; null if it is no whole number. */
function readMiB(text: string): number | null {
  return /^\d{1,6}$/.test(text.trim()) ? Number(text.trim()) * MiB : null
}
