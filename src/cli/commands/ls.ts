import { formatBytes } from '../../shared/units.ts'
import { countOf } from '../../shared/words/stateWords.ts'
import { EXIT } from '../output.ts'
import type { CommonOptions, Session } from '../withEngine.ts'

/** Objects and folders below a prefix, as the bucket lists them. */
export async function ls(
  prefix: string,
  options: CommonOptions & { readonly recursive?: boolean },
  { engine, account, output, signal }: Session
): Promise<number> {
  const objects: Array<{ key: string; size: number; modified: string; etag: string; proved: boolean }> = []
  const folders: string[] = []
  const open = [prefix]
  for (let place = open.shift(); place !== undefined; place = open.shift()) {
    let after: string | null = null
    do {
      signal.throwIfAborted()
      const page = await engine.answers['bucket:list']({ accountId: account.id, prefix: place, after, limit: 1000 })
      for (const folder of page.folders) {
        if (options.recursive) open.push(folder)
        else output.line(`${' '.repeat(26)}  ${folder}`)
      }
      folders.push(...page.folders)
      for (const { key, sizeBytes, modifiedAtMs, etag, isProved } of page.objects) {
        const modified = new Date(modifiedAtMs).toISOString()
        objects.push({ key, size: sizeBytes, modified, etag, proved: isProved })
        output.line(`${modified.slice(0, 16).replace('T', ' ')}  ${formatBytes(sizeBytes).padStart(8)}  ${key}`)
      }
      after = page.next
    } while (after !== null)
  }
  const bytes = objects.reduce((sum, { size }) => sum + size, 0)
  output.result({ prefix, folders: options.recursive ? [] : folders, objects, count: objects.length, bytes })
  output.words(`${countOf(objects.length, 'object')}, ${formatBytes(bytes)}`)
  return EXIT.done
}
