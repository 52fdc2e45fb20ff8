/** A name may hold line ends and worse, and a terminal obeys them. */
export function oneLine(name: string): string {
  return name.replace(/\p{Cc}/gu, '\ufffd')
}
