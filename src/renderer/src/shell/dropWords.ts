import type { AccountView } from '../../../shared/model/account.ts'
import type { CollectionView } from '../../../shared/model/collection.ts'
import type { Settings } from '../../../shared/model/settings.ts'
import { countOf } from '../../../shared/words/stateWords.ts'
import { accountPlace } from '../accounts/accountWords.ts'

export type DropWords = { readonly title: string; readonly text: string }

/**
 * What a drop would do, while it hovers.
 *
 * @param items All that a page may know before the drop: how many files and folders there are.
 * @param into The drop that is open; null for a new one.
 */
export function dropWords(
  items: number,
  into: CollectionView | null,
  settings: Settings | null,
  accounts: ReadonlyArray<AccountView>
): DropWords {
  const things = items === 0 ? 'Files' : countOf(items, 'item')
  const accountId = into?.accountId ?? settings?.defaultAccountId
  const view = accounts.find(({ account }) => account.id === accountId) ?? null
  if (view === null) return { title: things, text: 'Let go, then choose where they should be sent' }
  const rules = into?.rules ?? settings?.newCollection
  const outputs = rules?.outputs.map(({ id }) => id) ?? []
  return {
    title: `${things} → ${into?.name ?? 'a new drop'}`,
    text: `${listed(outputs)}, to ${accountPlace(view.account)} (${view.account.name})`
  }
}

/** For example `original`, `original and web`, `original, proof and web`. */
export function listed(names: ReadonlyArray<string>): string {
  if (names.length < 2) return names.join('')
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
