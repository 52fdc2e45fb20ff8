import { realpath, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isWithin } from '../../core/insight/receipts/isWithin.ts'
import { type ReceiptReport, receiptFile } from '../../core/insight/receipts/receiptFile.ts'
import { AppError } from '../../shared/errors.ts'
import type { CollectionView } from '../../shared/model/collection.ts'
import { type ReceiptFormat, receiptFormats } from '../../shared/model/receipt.ts'
import { lackSentence, receiptSentence } from '../../shared/words/receiptWords.ts'
import { oneLine } from '../oneLine.ts'
import { EXIT } from '../output.ts'
import type { CommonOptions, Session } from '../withEngine.ts'

export type VerifyOptions = CommonOptions & { readonly quick?: boolean; readonly save?: string }

/** A collection, or the part of it that lies in a folder. */
type Meant = { readonly collection: CollectionView; readonly part: string | null }

/** Redrawings of the progress, at most ten a second. */
const DRAW_MS = 100

/**
 * Says whether a collection has arrived. Looks at every object in the bucket, unless `--quick` trusts what was proved
 * before. Reads only, so that it may run beside the app.
 *
 * @param what Id or name of a collection, or a folder: a collection's own, or one inside it.
 * @throws AppError `bad-request` where there is no such collection, or more than one is meant by the name.
 */
export async function verify(what: string, options: VerifyOptions, session: Session): Promise<number> {
  const { engine, output, signal } = session
  const format = options.save === undefined ? null : formatOf(options.save)
  const meant = await findMeant(what, options, session)
  const reports: ReceiptReport[] = []
  for (const order of meant) {
    const report = options.quick
      ? await engine.receipts.make(order, signal)
      : await engine.receipts.prove(order, progressOf(session), signal)
    reports.push(report)
    tell(report, session)
  }
  const [first] = reports
  if (options.save !== undefined && format && first) {
    await save(options.save, receiptFile(first, format).text)
    output.words(`Saved: ${options.save}`)
  }
  output.result({ receipts: reports.map(({ receipt }) => receipt) })
  return reports.every(isProved) ? EXIT.done : EXIT.failed
}

/** Nothing lacks, and if there is a folder it could be compared. */
function isProved({ receipt }: ReceiptReport): boolean {
  return receipt.frames > 0 && receipt.lacks.length === 0 && receipt.isFolderRead !== false
}

function tell({ receipt }: ReceiptReport, { output }: Session): void {
  const { collectionName, bucket, reproved, lacks } = receipt
  output.line(`${collectionName}: ${receiptSentence(receipt)}`)
  if (reproved) output.line(`Objects looked at in ${bucket || 'the bucket'} just now: ${reproved.objects}.`)
  for (const lack of lacks) output.line(`${oneLine(lack.path)}: ${lackSentence(lack)}`)
}

function progressOf({ output }: Session): (looked: number, objects: number) => void {
  let drawnAtMs = Number.NEGATIVE_INFINITY
  return (looked, objects) => {
    const nowMs = performance.now()
    if (looked < objects && nowMs - drawnAtMs < DRAW_MS) return
    drawnAtMs = nowMs
    output.passing((columns) => `${looked} of ${objects} objects looked at`.slice(0, columns - 1))
  }
}

/** @throws AppError `bad-request` where the file cannot be written. */
async function save(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text)
  } catch (cause) {
    throw new AppError('bad-request', `The receipt cannot be saved as ${path}`, { cause })
  }
}

/** @throws AppError `bad-request`. */
function formatOf(path: string): ReceiptFormat {
  const format = receiptFormats.find((one) => path.toLowerCase().endsWith(`.${one}`))
  if (!format) throw new AppError('bad-request', `A receipt is saved as .json or .csv, not as ${path}`)
  return format
}

/** Of the account that was chosen; with `--quick`, which asks no bucket, of another too. */
async function findMeant(what: string, options: VerifyOptions, session: Session): Promise<ReadonlyArray<Meant>> {
  const all = await session.engine.answers['collections:list']({})
  const named = all.filter(({ id, name }) => id === what || name === what)
  const found = named.length > 0 ? named.map((collection) => ({ collection, part: null })) : await inFolder(what, all)
  const [first] = found
  if (!first) throw new AppError('bad-request', `There is no collection, and no folder of one, called "${what}"`)
  const own = found.filter(({ collection }) => collection.accountId === session.account.id)
  if (own.length === 0 && !options.quick) {
    const { name, accountId } = first.collection
    throw new AppError('bad-request', `"${name}" goes to another account: say --account ${accountId}`)
  }
  const meant = own.length > 0 ? own : found
  // A name says which collection, a folder what is to be safe: then each that holds it is looked at.
  if (meant.length > 1 && (named.length > 0 || options.save !== undefined)) {
    throw new AppError('bad-request', `"${what}" may mean several collections. Say which by its id:\n${listOf(meant)}`)
  }
  return meant
}

/** The collections that a folder is the root of, or else those that it lies in. */
async function inFolder(path: string, all: ReadonlyArray<CollectionView>): Promise<ReadonlyArray<Meant>> {
  const spelt = resolve(path)
  const real = await realpath(spelt).catch(() => spelt) // a card that is not connected still has receipts
  const whole = all.filter(({ rootPath }) => rootPath === spelt || rootPath === real)
  if (whole.length > 0) return whole.map((collection) => ({ collection, part: null }))
  return all.flatMap((collection): Meant[] => {
    const { rootPath } = collection
    const part = rootPath === null ? undefined : [spelt, real].find((one) => isWithin(one, rootPath))
    return part === undefined ? [] : [{ collection, part }]
  })
}

function listOf(meant: ReadonlyArray<Meant>): string {
  return meant
    .map(({ collection: { id, kind, rootPath } }) => `${id}  ${kind}  ${rootPath ?? 'loose files'}`)
    .join('\n')
}
