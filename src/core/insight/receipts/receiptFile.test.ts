import { describe, expect, it } from 'vitest'
import type { Receipt } from '../../../shared/model/receipt.ts'
import type { ReceiptLine } from './judgeFrame.ts'
import { ReceiptLines } from './ReceiptLines.ts'
import { receiptFile } from './receiptFile.ts'

const MADE_AT_MS = Date.UTC(2026, 10, 21, 23, 30)

const receipt: Receipt = {
  collectionId: '7a1b2c3d-0000-4000-8000-000000000000',
  collectionName: 'Lake wedding',
  accountName: 'Studio',
  bucket: 'clients',
  madeAtMs: MADE_AT_MS,
  frames: 2,
  proved: 1,
  provedBytes: 11,
  objects: 1,
  isSafe: false,
  isFolderRead: true,
  lacks: [],
  reproved: { objects: 1, atMs: MADE_AT_MS + 1000 }
}

const proved: ReceiptLine = {
  frameId: '7a1b2c3d-0000-4000-8000-000000000001',
  path: '/card/a.jpg',
  outputId: 'original',
  key: 'lake/a.jpg',
  reason: null,
  problem: null,
  proof: { sizeBytes: 11, sha256: 'ab'.repeat(32), etag: 'cd'.repeat(16), provedAtMs: 0, how: 'sent' }
}
const untaken: ReceiptLine = {
  ...proved,
  frameId: null,
  path: '/card/b.jpg',
  outputId: null,
  key: null,
  proof: null,
  reason: 'not-taken'
}

function pack(...lines: ReceiptLine[]): ReceiptLines {
  const packed = new ReceiptLines()
  for (const line of lines) packed.add(line)
  return packed
}

const csvOf = (...lines: ReceiptLine[]) => receiptFile({ receipt, lines: pack(...lines) }, 'csv').text

/** The cells of a file as RFC 4180 has them, read by the letter. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  let cell = ''
  let isQuoted = false
  const end = () => {
    rows.at(-1)?.push(cell)
    cell = ''
  }
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? ''
    if (isQuoted && character === '"' && text[at + 1] === '"') {
      cell += '"'
      at += 1
    } else if (character === '"') isQuoted = !isQuoted
    else if (!isQuoted && character === ',') end()
    else if (!isQuoted && character === '\r' && text[at + 1] === '\n') {
      end()
      rows.push([])
      at += 1
    } else cell += character
  }
  return rows.slice(0, -1)
}

describe('a receipt as CSV', () => {
  it('has a header and a line for each object, ended with CRLF, after a byte order mark', () => {
    const text = csvOf(proved, untaken)
    expect(text.startsWith('\ufeffpath,key,output,size,sha256,etag,proved_at,status,reason,words\r\n')).toBe(true)
    expect(parseCsv(text.slice(1)).slice(1)).toEqual([
      [
        '/card/a.jpg',
        'lake/a.jpg',
        'original',
        '11',
        'ab'.repeat(32),
        'cd'.repeat(16),
        '1970-01-01T00:00:00.000Z',
        'proved',
        '',
        ''
      ],
      ['/card/b.jpg', '', '', '', '', '', '', 'not proved', 'not-taken', 'it is on disk and was never taken']
    ])
  })

  it.each(['a,b.jpg', 'a"b.jpg', '"', 'a\r\nb.jpg', 'a\nb', ',,"",\r', 'Zoë 写真 👰.jpg', ' lead', 'a;b\tc'])(
    'gives a name back as it was: %j',
    (name) => {
      const rows = parseCsv(csvOf({ ...proved, path: `/card/${name}`, key: `lake/${name}` }).slice(1))
      expect(rows).toHaveLength(2)
      expect(rows[1]?.slice(0, 2)).toEqual([`/card/${name}`, `lake/${name}`])
    }
  )

  it.each(['=HYPERLINK("http://x")', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '＠x'])(
    'lets no spreadsheet run a name: %j',
    (name) => {
      const rows = parseCsv(csvOf({ ...proved, path: name, key: name }).slice(1))
      expect(rows[1]?.slice(0, 2)).toEqual([`'${name}`, `'${name}`])
    }
  )
})

describe('a receipt as JSON', () => {
  it('has the shape that docs/receipts.md promises', () => {
    const { text } = receiptFile({ receipt, lines: pack(proved, untaken) }, 'json')
    expect(JSON.parse(text)).toEqual({
      format: 'silverdrop-receipt',
      version: 1,
      collection: { id: receipt.collectionId, name: 'Lake wedding' },
      account: 'Studio',
      bucket: 'clients',
      madeAt: '2026-11-21T23:30:00.000Z',
      reproved: { objects: 1, at: '2026-11-21T23:30:01.000Z' },
      isSafe: false,
      isFolderRead: true,
      frames: 2,
      proved: 1,
      provedBytes: 11,
      objects: 1,
      lines: [
        {
          path: '/card/a.jpg',
          key: 'lake/a.jpg',
          output: 'original',
          size: 11,
          sha256: 'ab'.repeat(32),
          etag: 'cd'.repeat(16),
          provedAt: '1970-01-01T00:00:00.000Z',
          status: 'proved',
          reason: null,
          problem: null
        },
        {
          path: '/card/b.jpg',
          key: null,
          output: null,
          size: null,
          sha256: null,
          etag: null,
          provedAt: null,
          status: 'not proved',
          reason: 'not-taken',
          problem: null
        }
      ]
    })
  })
})

it('keeps many lines in their order', () => {
  const names = Array.from({ length: 2_500 }, (_, n) => `Zoë ${n}`)
  const lines = pack(...names.map((path) => ({ ...proved, path })))
  expect(lines.count).toBe(2_500)
  expect(Array.from(lines, ({ path }) => path)).toEqual(names)
  expect([...lines].at(0)).toEqual({ ...proved, path: 'Zoë 0' })
})

describe('the name of the file', () => {
  const nameOf = (collectionName: string) =>
    receiptFile({ receipt: { ...receipt, collectionName }, lines: pack() }, 'csv').fileName

  it('has the collection and the day', () => {
    expect(nameOf('Lake wedding')).toBe('Lake wedding receipt 2026-11-21.csv')
  })

  it.each([
    ['a/b\\c:d*e?"<>|', 'a-b-c-d-e-----'],
    ['../../etc', '-..-etc'],
    ['line\nend\u0000\u202e', 'line-end--'],
    ['...', 'Collection'],
    ['👰'.repeat(120), '👰'.repeat(50)]
  ])('holds nothing that a file system refuses: %j', (name, safe) => {
    expect(nameOf(name)).toBe(`${safe} receipt 2026-11-21.csv`)
    expect(Buffer.byteLength(nameOf(name))).toBeLessThan(255)
  })
})
