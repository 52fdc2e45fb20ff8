/**
 * Where a key leads in a list.
 *
 * @param pageRows Rows on one screen, at least 1.
 * @returns The row to go to, within the list; null if the key is none that moves, or the list is empty.
 */
export function moveFocus(key: string, index: number, total: number, pageRows: number): number | null {
  if (total === 0) return null
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + pageRows,
    PageUp: index - pageRows,
    Home: 0,
    End: total - 1
  }
  const target = steps[key]
  return target === undefined ? null : Math.min(total - 1, Math.max(0, target))
}

/** What a row of a tree is: the row of a shot, which may open, or one below it. */
type TreeRow = { readonly isMember: boolean; readonly isOpen: boolean; readonly opens: boolean }

/** What the arrows to the side do in a tree: `down` to the first row below, `up` to the row it belongs to; null: nothing. */
export function stepInTree(
  key: 'ArrowRight' | 'ArrowLeft',
  { isMember, isOpen, opens }: TreeRow
): 'open' | 'close' | 'down' | 'up' | null {
  if (isMember) return key === 'ArrowLeft' ? 'up' : null
  if (!opens) return null
  if (key === 'ArrowRight') return isOpen ? 'down' : 'open'
  return isOpen ? 'close' : null
}
