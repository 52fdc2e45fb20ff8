import { useEffect, useState } from 'react'
import { ask } from '../ask.ts'
import { useServices } from '../services.ts'

type ObjectOfBucket = {
  /** Null while the account is not known. */
  readonly accountId: string | null
  readonly key: string
  readonly etag: string
  readonly sizeBytes: number
}

/** The address of a small picture of an object; null until it is there, and where there is none to be had. */
export function useObjectPreview({ accountId, key, etag, sizeBytes }: ObjectOfBucket): string | null {
  const { api } = useServices()
  const [answer, setAnswer] = useState<{ readonly of: string; readonly previewUrl: string | null } | null>(null)
  const of = `${accountId} ${etag} ${key}`
  useEffect(() => {
    if (accountId === null) return
    let isCurrent = true
    // Without a picture, size and date still tell the two apart: nothing worth a notice.
    ask(api, 'bucket:preview', { accountId, key, etag, sizeBytes })
      .catch(() => ({ previewUrl: null }))
      .then(({ previewUrl }) => isCurrent && setAnswer({ of, previewUrl }))
    return () => {
      isCurrent = false
    }
  }, [api, accountId, key, etag, sizeBytes, of])
  return answer?.of === of ? answer.previewUrl : null
}
