/** An item whose frames have rows of their own below it. */
export type OpenItem = {
  /** Its place among all items. */
  readonly place: number
  readonly frames: number
}

/** Which item a row belongs to; `member` null: it is the item's own row, else which of its frames. */
export type RowPlace = { readonly place: number; readonly member: number | null }

/** @param opened In the order of the list. */
export function placeOfRow(opened: ReadonlyArray<OpenItem>, row: number): RowPlace {
  let membersAbove = 0
  for (const { place, frames } of opened) {
    const top = place + membersAbove
    if (row <= top) break
    if (row <= top + frames) return { place, member: row - top - 1 }
    membersAbove += frames
  }
  return { place: row - membersAbove, member: null }
}

/** The row of an item itself. */
export function rowOfPlace(opened: ReadonlyArray<OpenItem>, place: number): number {
  return opened.reduce((row, one) => (one.place < place ? row + one.frames : row), place)
}

/** How many rows the opened items add to the list. */
export function addedRows(opened: ReadonlyArray<OpenItem>): number {
  return opened.reduce((sum, { frames }) => sum + frames, 0)
}
