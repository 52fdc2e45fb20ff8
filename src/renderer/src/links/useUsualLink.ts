import { useServices } from '../services.ts'
import { useStore } from '../ui/useStore.ts'
import { type LinkChoice, usualLinkChoice } from './linkChoices.ts'

/** The kind of link to begin with for frames of a collection; null: of several, so the default account decides. */
export function useUsualLink(collectionId: string | null): LinkChoice {
  const { app } = useServices()
  return useStore(app, ({ collections, accounts }) => {
    const collection = collections.find(({ id }) => id === collectionId) ?? null
    const view = accounts.find(({ account, isDefault }) =>
      collection === null ? isDefault : account.id === collection.accountId
    )
    return usualLinkChoice(collection?.rules.link ?? null, view?.account ?? null)
  })
}
