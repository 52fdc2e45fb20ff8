import { formatBytes } from '../../src/shared/units.ts'
import type { Finding } from './proveObject.ts'

const MAX_ROWS = 60

const HEADINGS = ['', 'file', 'output', 'object key', 'size', 'proof', 'link'] as const

/** One line an object. Of a long list the first ones and all that are not in order. */
export function findingsTable(findings: ReadonlyArray<Finding>): string {
  const shown = findings.filter(({ faults }, index) => index < MAX_ROWS || faults.length > 0)
  const rows = [HEADINGS, ...shown.map(toCells)]
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)))
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  )
  const hidden = findings.length - shown.length
  return [...lines, ...(hidden > 0 ? [`… and ${hidden} more like these`] : [])].join('\n')
}

function toCells({ file, outputId, key, sizeBytes, proof, link, faults }: Finding): ReadonlyArray<string> {
  const words = faults.length > 0 ? faults.join('; ') : proof
  const size = sizeBytes === null ? '' : formatBytes(sizeBytes)
  return [faults.length > 0 ? '✗' : '✓', file.normalize('NFC'), outputId, key, size, words, link]
}
