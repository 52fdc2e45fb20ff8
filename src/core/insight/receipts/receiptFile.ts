import type { Receipt, ReceiptFormat } from '../../../shared/model/receipt.ts'
import type { ReceiptLines } from './ReceiptLines.ts'
import { receiptCsv } from './receiptCsv.ts'
import { receiptJson } from './receiptJson.ts'

/** A receipt with a line for each object. */
export type ReceiptReport = { readonly receipt: Receipt; readonly lines: ReceiptLines }

/** Of 255 bytes that file systems allow, with room for the date and four bytes for each character. */
const MOST_NAME_CHARACTERS = 50

/** The receipt as the text of a file, and what the file may be called on any system. */
export function receiptFile(report: ReceiptReport, format: ReceiptFormat): { fileName: string; text: string } {
  const { collectionName, madeAtMs } = report.receipt
  const day = new Date(madeAtMs).toISOString().slice(0, 10)
  const name = `${fileSafe(collectionName)} receipt ${day}.${format}`
  return { fileName: name, text: format === 'json' ? receiptJson(report) : receiptCsv(report) }
}

/** Without what Windows does not take in a name, which is more than others refuse. */
function fileSafe(name: string): string {
  const safe = [...name.normalize('NFC').replace(/[\p{C}\\/:*?"<>|]/gu, '-')].slice(0, MOST_NAME_CHARACTERS).join('')
  return safe.replace(/^[.\s]+|[.\s]+$/g, '') || 'Collection'
}
