import type { Answers, CallName } from '../../../shared/ipc/contract.ts'
import { fakeObjects } from './fakeData.ts'
import { fakeLinks } from './fakeLinks.ts'

/** A bucket in memory, with a trash. */
export function fakeBucketAnswers(previews: ReadonlyArray<string>): Answers<Extract<CallName, `bucket:${string}`>> {
  let objects = fakeObjects(previews)
  let trash: typeof objects = []
  return {
    'bucket:list': async ({ prefix, after, limit }) => {
      const within = objects.filter(({ key }) => key.startsWith(prefix))
      const isDirect = ({ key }: { key: string }) => !key.slice(prefix.length).includes('/')
      const folders = [
        ...new Set(
          within
            .filter((object) => !isDirect(object))
            .map(({ key }) => prefix + key.slice(prefix.length, key.indexOf('/', prefix.length) + 1))
        )
      ]
      const direct = within.filter((object) => isDirect(object) && (after === null || object.key > after))
      const page = direct.slice(0, limit)
      const next = direct.length > limit ? (page.at(-1)?.key ?? null) : null
      return { folders: after === null ? folders : [], objects: page, next }
    },
    'bucket:preview': async ({ key }) => ({
      previewUrl: objects.find((object) => object.key === key)?.previewUrl ?? null
    }),
    'bucket:links': async ({ keys, format }) =>
      fakeLinks(
        keys.map((key) => ({ name: key.split('/').at(-1) ?? key, key, isThere: true })),
        format
      ),
    'bucket:measure': async ({ keys, folders }) => {
      const taken = objects.filter(({ key }) => keys.includes(key) || folders.some((folder) => key.startsWith(folder)))
      return {
        objects: taken.length,
        bytes: taken.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        names: taken.slice(0, 5).map(({ key }) => key.split('/').at(-1) ?? key),
        tooLargeForTrash: 0
      }
    },
    'bucket:delete': async ({ keys, folders }) => {
      const isTaken = ({ key }: { key: string }) =>
        keys.includes(key) || folders.some((folder) => key.startsWith(folder))
      trash = objects.filter(isTaken)
      objects = objects.filter((object) => !isTaken(object))
      return { deleted: trash.length, undo: 'undo-1', failed: [] }
    },
    'bucket:restore': async () => {
      const restored = trash.length
      objects = [...objects, ...trash].sort((a, b) => (a.key < b.key ? -1 : 1))
      trash = []
      return { restored, failed: [] }
    }
  }
}
