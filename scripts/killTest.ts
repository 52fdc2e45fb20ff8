// Kills the engine at random moments, again and again, and looks at what is in the bucket afterwards:
// node scripts/killTest.ts [--runs 200] [--seed 1]. Run n has the seed `seed + n`, so one that failed is had again with
// `--runs 1 --seed <its seed>`; its home is then kept. See docs/kill-test.md.
import { parseArgs } from 'node:util'
import { KillRig } from '../src/core/testing/killTest/KillRig.ts'
import { type KillReport, runKills } from '../src/core/testing/killTest/runKills.ts'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } }
})
const runs = wholeNumber('runs', values.runs)
const firstSeed = wholeNumber('seed', values.seed)

const rig = await KillRig.start()
const startedMs = performance.now()
const reports: KillReport[] = []
for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
  const report = await runKills(rig, seed)
  reports.push(report)
  if (report.faults.length > 0) console.error(`seed ${seed}:\n  ${report.faults.join('\n  ')}`)
  else process.stderr.write(`\r${reports.length} of ${runs} `)
}
const sum = (count: (report: KillReport) => number) => reports.reduce((total, report) => total + count(report), 0)
console.log(
  JSON.stringify({
    runs,
    firstSeed,
    kills: sum(({ kills }) => kills),
    files: sum(({ files }) => files),
    objects: sum(({ objects }) => objects),
    acknowledgedParts: sum(({ acknowledgedParts }) => acknowledgedParts),
    seconds: Math.round((performance.now() - startedMs) / 1000),
    failed: reports.flatMap(({ seed, faults }) => (faults.length > 0 ? [seed] : []))
  })
)
const hasFailed = reports.some(({ faults }) => faults.length > 0)
await rig.close({ keepsFolder: hasFailed })
process.exitCode = hasFailed ? 1 : 0

function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new RangeError(`Expected \`--${name}\` to be a whole number, got ${text}`)
  return Number(text)
}
