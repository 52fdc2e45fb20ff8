type Token = '*' | ((character: string) => boolean)

/**
 * A pattern for one name: `*` is any characters, `?` one, `[a-f0-9]` one of these, `[!a]` one that is none of them, and
 * `\` takes its meaning from the character behind it. A `[` that nothing closes is itself.
 *
 * @returns whether a name fits as a whole, in time that grows with the lengths of both and no faster.
 */
export function createNamePattern(pattern: string): (name: string) => boolean {
  const tokens = tokensOf([...pattern])
  return (name) => fits([...name], tokens)
}

function tokensOf(characters: ReadonlyArray<string>): ReadonlyArray<Token> {
  const tokens: Token[] = []
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? ''
    const set = character === '[' ? readSet(characters, at + 1) : null
    if (character === '*') tokens.push('*')
    else if (character === '?') tokens.push(() => true)
    else if (set) {
      tokens.push(set.token)
      at = set.end
    } else {
      const isEscape = character === '\\' && at + 1 < characters.length
      if (isEscape) at += 1
      const wanted = characters[at]
      tokens.push((one) => one === wanted)
    }
  }
  return tokens
}

/** @param start Behind the `[`. A `]` in the first place is one of the set. @returns null if the set is never closed. */
function readSet(characters: ReadonlyArray<string>, start: number): { token: Token; end: number } | null {
  const isNegated = characters[start] === '!' || characters[start] === '^'
  const first = isNegated ? start + 1 : start
  const end = characters.indexOf(']', first + 1)
  if (end === -1) return null
  const ranges: Array<readonly [from: string, to: string]> = []
  for (let at = first; at < end; at += 1) {
    const from = characters[at] ?? ''
    const isRange = characters[at + 1] === '-' && at + 2 < end
    ranges.push([from, isRange ? (characters[at + 2] ?? from) : from])
    if (isRange) at += 2
  }
  return { token: (one) => ranges.some(([from, to]) => one >= from && one <= to) !== isNegated, end }
}

/** When a character does not fit, the last `*` takes one more; those before it need never be tried again. */
function fits(name: ReadonlyArray<string>, tokens: ReadonlyArray<Token>): boolean {
  let at = 0
  let token = 0
  let star: { readonly token: number; at: number } | null = null
  while (at < name.length) {
    const current = tokens[token]
    if (current === '*') {
      star = { token, at }
      token += 1
    } else if (current?.(name[at] ?? '')) {
      at += 1
      token += 1
    } else if (star) {
      star.at += 1
      at = star.at
      token = star.token + 1
    } else return false
  }
  return tokens.slice(token).every((rest) => rest === '*')
}
