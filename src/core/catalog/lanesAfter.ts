/**
 * All lanes once, beginning behind the one that was served last: so each has its turn, however much waits in another.
 *
 * @param next The first lane behind `after` and up to `until` (inclusive); null is the beginning and the end.
 */
export function* lanesAfter<Lane>(
  last: Lane | null,
  next: (after: Lane | null, until: Lane | null) => Lane | null
): Generator<Lane> {
  for (let lane = next(last, null); lane; lane = next(lane, null)) yield lane
  if (last) for (let lane = next(null, last); lane; lane = next(lane, last)) yield lane
}
