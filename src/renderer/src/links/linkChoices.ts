import type { Account } from '../../../shared/model/account.ts'
import type { LinkKind } from '../../../shared/model/link.ts'

export const linkChoices = ['public', 'hour', 'day', 'week'] as const
export type LinkChoice = (typeof linkChoices)[number]

const HOUR_SECONDS = 3600
const DAY_SECONDS = 24 * HOUR_SECONDS

export const linkChoiceWords: Readonly<Record<LinkChoice, { label: string; note: string; link: LinkKind }>> = {
  public: { label: 'Public', note: 'Opens for anyone, for ever.', link: { kind: 'public' } },
  hour: {
    label: '1 hour',
    note: 'Opens for whoever has it, for one hour.',
    link: { kind: 'signed', seconds: HOUR_SECONDS }
  },
  day: {
    label: '1 day',
    note: 'Opens for whoever has it, for one day.',
    link: { kind: 'signed', seconds: DAY_SECONDS }
  },
  week: {
    label: '7 days',
    note: 'Opens for whoever has it, for seven days.',
    link: { kind: 'signed', seconds: 7 * DAY_SECONDS }
  }
}

/** Whether links of this account open on this computer alone, whatever kind they are. */
export function opensHereOnly(account: Account): boolean {
  return account.kind === 'local' || (account.kind === 'folder' && account.publicBaseUrl === null)
}

/**
 * The choice to begin with: as the collection says, as far as the account can make such links.
 *
 * @param link Null where nothing was said.
 */
export function usualLinkChoice(link: LinkKind | null, account: Account | null): LinkChoice {
  if (link?.kind === 'signed') {
    if (link.seconds <= HOUR_SECONDS) return 'hour'
    return link.seconds <= DAY_SECONDS ? 'day' : 'week'
  }
  if (link?.kind === 'private') return 'hour'
  const hasPublic = account === null || account.kind === 'local' || account.publicBaseUrl !== null
  return hasPublic ? 'public' : 'week'
}
