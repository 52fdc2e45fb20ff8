import { lackSentence } from '../../../shared/words/receiptWords.ts'
import type { ReceiptLine } from './judgeFrame.ts'
import type { ReceiptReport } from './receiptFile.ts'
import { toIso } from './receiptJson.ts'

const COLUMNS = ['path', 'key', 'output', 'size', 'sha256', 'etag', 'proved_at', 'status', 'reason', 'words']

/** Without it Excel takes UTF-8 for the computer's old code page, and "Zoë" for "ZoÃ«". */
const BYTE_ORDER_MARK = '\ufeff'

/**
 * The receipt for spreadsheets: a header and one line for each object, with CRLF, as RFC 4180 has it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export function receiptCsv({ lines }: ReceiptReport): string {
  return BYTE_ORDER_MARK + toLine(COLUMNS) + Array.from(lines, (line) => toLine(toRow(line))).join('')
}

function toRow({ path, key, outputId, proof, reason, problem, isWithoutPosition }: ReceiptLine): ReadonlyArray<string> {
  return [
    path,
    key ?? '',
    outputId ?? '',
    proof ? String(proof.sizeBytes) : '',
    proof?.sha256 ?? '',
    proof?.etag ?? '',
    proof ? toIso(proof.provedAtMs) : '',
    reason === null ? 'proved' : 'not proved',
    reason ?? '',
    reason === null
      ? isWithoutPosition
        ? 'Sent without its position.'
        : ''
      : lackSentence({ reason, problem, outputId: null })
  ]
}

function toLine(cells: ReadonlyArray<string>): string {
  return `${cells.map(toCell).join(',')}\r\n`
}

function toCell(text: string): string {
  const safe = isFormula(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/**
 * A spreadsheet would run what begins like this, and a file may be called `=HYPERLINK(…)`; the full-width signs are
 * taken for the same where Japanese is spoken.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
function isFormula(text: string): boolean {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text)
}
