/** Where a result is written until it is whole. Known to both sides, so that one can clear up after the other. */
export function partPath(path: string): string {
  return `${path}.part`
}
