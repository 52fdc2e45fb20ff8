// npm run demo [-- folder]: a folder is dropped on the real app, and what its links open is held against the files.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { dropPaths, type LaunchedApp, launchApp } from '../e2e/launch.ts'
import { LOCAL_ACCOUNT } from '../src/core/accountFromEnvironment.ts'
import { ensureBuild } from './buildApp.ts'
import { copyLinks, linksByKey } from './demo/copyLinks.ts'
import { findingsTable } from './demo/findingsTable.ts'
import { type FilesOnDisk, listFiles } from './demo/listFiles.ts'
import { openBucket } from './demo/openBucket.ts'
import type { Finding } from './demo/proveObject.ts'
import { proveQueue } from './demo/proveQueue.ts'
import { readQueue } from './demo/readQueue.ts'
import { sampleFolder } from './demo/sampleFolder.ts'
import { picturesShown, takeScreenshots } from './demo/takeScreenshots.ts'
import { waitForFirst, waitForQueue } from './demo/waitForQueue.ts'
import { browserSentence, ensureBrowser } from './ensureBrowser.ts'

const screenshots = join(import.meta.dirname, '..', 'demo-out')
const temporary = mkdtempSync(join(tmpdir(), 'silverdrop-demo-'))
const home = join(temporary, 'home')

const LOG_LINES = 40

let failed = 1
try {
  const given = process.argv[2]
  failed = await prepareAndRun(given === undefined ? sampleFolder(temporary) : resolve(given))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.log('0 passed, 1 failed')
} finally {
  rmSync(temporary, { recursive: true, force: true, maxRetries: 5 })
}
process.exitCode = failed > 0 ? 1 : 0

async function prepareAndRun(folder: string): Promise<number> {
  const files = listFiles(folder)
  if (files.wanted.length === 0) throw new Error(`There is no file to send in ${folder}`)
  await ensureBuild()
  console.log(browserSentence(await ensureBrowser()))
  rmSync(screenshots, { recursive: true, force: true })
  mkdirSync(screenshots)
  const app = await launchApp({ home, env: { R2_MOCK_MODE: 'true' } })
  try {
    return tell(await dropAndProve(app, folder, files))
  } catch (error) {
    console.error(app.output(), lastOfLog(), error)
    throw error
  } finally {
    await app.close()
  }
}

/** What the app wrote down before something went wrong. */
function lastOfLog(): string {
  const path = join(home, 'logs', 'silverdrop.log')
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(-LOG_LINES).join('\n') : ''
}

/** The story: drop, watch it go, copy the links, open them, look into the bucket. */
async function dropAndProve(
  app: LaunchedApp,
  folder: string,
  { wanted, leftOut }: FilesOnDisk
): Promise<ReadonlyArray<Finding>> {
  const { page } = app
  console.log(`Dropping ${basename(folder)}: ${wanted.length} files, and ${leftOut.length} that the rules leave out`)
  await page.getByRole('heading', { name: 'Drop photos or folders here' }).waitFor()
  await dropPaths(page, [folder])
  await waitForFirst(page)
  await takeScreenshots(app, screenshots, 'queue-at-work')

  await waitForQueue(page, wanted.length)
  const queue = await readQueue(page)
  await takeScreenshots(app, screenshots, 'queue-done', picturesShown)
  const hasArrived = queue.frames.some(({ uploads }) => uploads.some(({ status }) => status === 'done'))
  const links = hasArrived ? await copyLinks(app) : []
  console.log(`Copied ${links.length} links`)
  const findings = await proveQueue(queue, linksByKey(links, LOCAL_ACCOUNT.bucket))

  if (hasArrived) {
    await openBucket(page)
    await takeScreenshots(app, screenshots, 'bucket', picturesShown)
  }
  const rows = new Set(queue.frames.map(({ path }) => path))
  const lost = wanted.filter((path) => !rows.has(path))
  return [...findings, ...lost.map(lostFile)]
}

function lostFile(path: string): Finding {
  const file = basename(path)
  return { file, outputId: '', key: '', sizeBytes: null, link: '', proof: '', faults: ['has no row in the queue'] }
}

/** @returns how many findings are not in order. */
function tell(findings: ReadonlyArray<Finding>): number {
  const bad = findings.filter(({ faults }) => faults.length > 0).length
  console.log(`\n${findingsTable(findings)}\n`)
  console.log(`Screenshots are in ${screenshots}`)
  console.log(`${findings.length - bad} passed, ${bad} failed`)
  return bad
}
