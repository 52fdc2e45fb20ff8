// npm test: the build, then vitest (Node and window), then Playwright on the built app; at last what they counted.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { buildApp } from './buildApp.ts'
import { browserSentence, ensureBrowser } from './ensureBrowser.ts'
import { runTool } from './runTool.ts'
import { type Counts, countsSentence, playwrightCounts, sumCounts, vitestCounts, withStatus } from './testCounts.ts'

type Runner = {
  readonly packageName: string
  readonly program: string
  readonly args: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
  readonly reportPath: string
  readonly read: (report: never) => Counts
}

/** What is kept of a runner's output to find its last words in. */
const TAIL_LENGTH = 4_000

const reports = mkdtempSync(join(tmpdir(), 'silverdrop-test-'))
try {
  process.exitCode = await runAll()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.log('0 passed, 1 failed')
  process.exitCode = 1
} finally {
  rmSync(reports, { recursive: true, force: true })
}

async function runAll(): Promise<number> {
  await buildApp()
  console.log(browserSentence(await ensureBrowser()))
  const unitReport = join(reports, 'unit.json')
  const e2eReport = join(reports, 'e2e.json')
  const unit = await runRunner({
    packageName: 'vitest',
    program: 'vitest',
    args: ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${unitReport}`],
    reportPath: unitReport,
    read: vitestCounts
  })
  const e2e = await runRunner({
    packageName: '@playwright/test',
    program: 'playwright',
    args: ['test', '--reporter=list,json'],
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: e2eReport },
    reportPath: e2eReport,
    read: playwrightCounts
  })
  const sum = sumCounts([unit.counts, e2e.counts])
  console.log(`\n${unit.lastWords}\n\n${e2e.lastWords}\n`)
  console.log(`unit: ${longSentence(unit.counts)}`)
  console.log(`e2e: ${longSentence(e2e.counts)}`)
  console.log(countsSentence(sum))
  return sum.failed > 0 || sum.passed === 0 ? 1 : 0
}

async function runRunner(runner: Runner): Promise<{ counts: Counts; lastWords: string }> {
  let tail = ''
  const exitStatus = await runTool(runner.packageName, runner.program, runner.args, {
    env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}), ...runner.env },
    onOutput: (text) => {
      tail = (tail + text).slice(-TAIL_LENGTH)
    }
  })
  return { counts: withStatus(readReport(runner), exitStatus), lastWords: lastParagraph(tail) }
}

/** A runner that could not even write its report ran nothing. */
function readReport({ reportPath, read }: Runner): Counts {
  try {
    return read(JSON.parse(readFileSync(reportPath, 'utf8')) as never) // the runner's own format, as its reader says
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

/** The runner's own summary: the last lines that say how many passed or failed. */
function lastParagraph(output: string): string {
  const paragraphs = stripVTControlCharacters(output).split(/\n\s*\n/)
  return paragraphs.findLast((paragraph) => /\d+ (passed|failed|skipped)/.test(paragraph))?.trimEnd() ?? ''
}

function longSentence({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
