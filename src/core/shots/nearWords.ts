/** A slip of the finger: two letters swapped, one wrong, one too many or too few. In a long word there may be two. */
const mostEdits = (word: string) => (word.length < 6 ? 1 : 2)

/**
 * The known words that a misspelt one may have meant, the likeliest first.
 *
 * @returns those within two edits, of a short word within one; or that begin with it, from two letters up.
 */
export function nearWords(word: string, known: ReadonlyArray<string>): ReadonlyArray<string> {
  const spelt = word.toLowerCase()
  return known
    .map((one) => ({ one, edits: one.startsWith(spelt) && spelt.length > 1 ? 1 : editsBetween(spelt, one) }))
    .filter(({ edits }) => edits <= mostEdits(spelt) && edits < spelt.length)
    .toSorted((a, b) => a.edits - b.edits)
    .map(({ one }) => one)
}

/** Letters to put in, take out or replace, or neighbours to swap: the optimal string alignment distance. */
function editsBetween(a: string, b: string): number {
  let twoAbove: ReadonlyArray<number> = []
  let above: ReadonlyArray<number> = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row += 1) {
    const line = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      line[column] = Math.min(
        (above[column] ?? 0) + 1,
        (line[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + cost,
        isSwap ? (twoAbove[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY
      )
    }
    twoAbove = above
    above = line
  }
  return above[b.length] ?? 0
}
