import type { LinkFormat, LinkKind } from '../../shared/model/link.ts'
import { EXIT } from '../output.ts'
import { readDuration } from '../rulesFromOptions.ts'
import type { CommonOptions, Session } from '../withEngine.ts'

/** Links to objects; public ones, or signed until a time. */
export async function share(
  keys: ReadonlyArray<string>,
  options: CommonOptions & { readonly expires?: string; readonly format?: LinkFormat },
  { engine, account, output }: Session
): Promise<number> {
  const link: LinkKind =
    options.expires === undefined ? { kind: 'public' } : { kind: 'signed', seconds: readDuration(options.expires) }
  const made = await engine.answers['bucket:links']({
    accountId: account.id,
    keys: [...keys],
    link,
    format: options.format ?? 'plain'
  })
  if (made.text !== '') output.line(made.text)
  output.result({
    links: made.links.map(({ key, url, opensUntilMs, problem }) => ({
      key,
      url,
      expires: opensUntilMs === null ? null : new Date(opensUntilMs).toISOString(),
      problem: problem?.detail ?? null
    })),
    tried: made.tried
  })
  for (const { detail } of made.problems) output.words(detail)
  if (made.tried === 'fails') output.words('The first link was tried and does not open.')
  const isWhole = made.links.every(({ url }) => url !== null) && made.tried !== 'fails'
  return isWhole ? EXIT.done : EXIT.failed
}
