/** Counts how often others had their turn in the event loop while `act` ran: however slow the computer is. */
export async function countTurns<T>(act: () => Promise<T>): Promise<{ readonly result: T; readonly turns: number }> {
  let turns = 0
  let isOver = false
  const tick = () => {
    turns += 1
    if (!isOver) setImmediate(tick)
  }
  setImmediate(tick)
  try {
    return { result: await act(), turns }
  } finally {
    isOver = true
  }
}
