import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startLocalR2 } from '../../core/store/local/startLocalR2.ts'

const entry = join(import.meta.dirname, '..', 'index.ts')

export type Ran = { readonly status: number | null; readonly out: string; readonly err: string; readonly json: unknown }

/** A local R2 with one bucket, a folder for files, and the terminal command with an environment of its own. */
export async function openTerminal() {
  const folder = mkdtempSync(join(tmpdir(), 'silverdrop-terminal-'))
  const localR2 = await startLocalR2({ home: join(folder, 'r2'), buckets: ['photos'] })

  return {
    folder,
    /** @returns the path of a folder with these files. */
    writeFiles(name: string, files: Readonly<Record<string, string>>): string {
      const root = join(folder, name)
      mkdirSync(root, { recursive: true })
      for (const [file, content] of Object.entries(files)) {
        mkdirSync(dirname(join(root, file)), { recursive: true })
        writeFileSync(join(root, file), content)
      }
      return root
    },
    homePath: (home: string) => join(folder, 'homes', home),
    /**
     * @param home The name of Silverdrop's home: a new one has an empty catalog.
     * @param stopAt Ends it, as Ctrl+C does, once standard error says so.
     */
    async silverdrop(home: string, args: ReadonlyArray<string>, stopAt?: RegExp): Promise<Ran> {
      const env = {
        PATH: process.env['PATH'],
        HOME: folder,
        SILVERDROP_HOME: join(folder, 'homes', home),
        R2_ENDPOINT: localR2.endpoint,
        R2_ACCESS_KEY_ID: localR2.accessKeyId,
        R2_SECRET_ACCESS_KEY: localR2.secretAccessKey,
        R2_BUCKET_NAME: 'photos'
      }
      const child = spawn(process.execPath, [entry, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
      let out = ''
      let err = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        out += text
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        const hadToStop = stopAt?.test(err)
        err += text
        if (stopAt?.test(err) && !hadToStop) child.kill('SIGINT') // a second one would not wait for its end
      })
      const [status] = (await once(child, 'close')) as [number | null]
      const last = args.includes('--json') && status !== 2 ? out.trim().split('\n').at(-1) : undefined
      return { status, out, err, json: last ? JSON.parse(last) : null }
    },
    async close(): Promise<void> {
      await localR2.close()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
