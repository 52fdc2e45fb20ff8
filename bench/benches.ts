import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { scanFolder } from '../src/core/files/scanFolder.ts'
import { defaultIgnoreRules } from '../src/core/shots/ignoreRules.ts'
import type { Measurement, Scale } from './Measurement.ts'
import { measureUpload } from './measureUpload.ts'
import { writeOneFile, writeScanTree, writeSmallFiles } from './samples.ts'

/** Measures in an empty folder of its own. */
type Bench = (folder: string, scale: Scale) => Promise<ReadonlyArray<Measurement>>

export const benches = {
  /** One large file: what is left of the machine's speed after hashing, signing and proving. */
  'one-file': async (folder, { oneFileBytes, rounds }) => {
    const { ours, limit, peer } = await measureUpload(folder, await writeOneFile(folder, oneFileBytes), rounds)
    const rate = (seconds: number) => round(oneFileBytes / 1e6 / seconds)
    const figures = {
      unit: 'MB/s',
      ours: rate(ours.seconds),
      limit: rate(limit.seconds),
      peer: peer && rate(peer.seconds),
      peerName: peer?.name ?? 'rclone'
    }
    return [
      { name: 'one-file', ...figures, ratio: round(limit.seconds / ours.seconds), budget: 0.85 },
      { name: 'one-file-peer', ...figures, ratio: peer && round(peer.seconds / ours.seconds), budget: 3 }
    ]
  },

  /** Many small files: what each costs in requests, rows and waiting. */
  'small-files': async (folder, { smallFiles, rounds }) => {
    const { ours, limit, peer } = await measureUpload(folder, await writeSmallFiles(folder, smallFiles), rounds)
    const rate = (seconds: number) => round(smallFiles / seconds)
    return [
      {
        name: 'small-files',
        unit: 'files/s',
        ours: rate(ours.seconds),
        limit: rate(limit.seconds),
        peer: peer && rate(peer.seconds),
        peerName: peer?.name ?? 'rclone',
        ratio: peer && round(peer.seconds / ours.seconds),
        budget: 1
      }
    ]
  },

  /** A scan of a large folder, beside `find` printing size and time. */
  scan: async (folder, { scanFolders, rounds }) => {
    const files = await writeScanTree(folder, scanFolders)
    const find = promisify(execFile)
    let ours = Number.POSITIVE_INFINITY
    let peer: number | null = null
    for (let turn = 0; turn < rounds; turn += 1) {
      const peerSeconds = await secondsOf(() =>
        find('find', [folder, '-type', 'f', '-printf', '%s %T@ %p\\n'], { maxBuffer: Number.POSITIVE_INFINITY })
      ).catch(() => null) // not GNU's
      if (peerSeconds !== null) peer = Math.min(peer ?? peerSeconds, peerSeconds)
      const signal = new AbortController().signal
      ours = Math.min(ours, await secondsOf(() => scanFolder(folder, { ignore: defaultIgnoreRules, signal })))
    }
    return [
      {
        name: 'scan',
        unit: 'files/s',
        ours: round(files / ours),
        limit: null,
        peer: peer && round(files / peer),
        peerName: 'find -printf',
        ratio: peer && round(peer / ours),
        budget: 0.5
      }
    ]
  }
} as const satisfies Record<string, Bench>

export type BenchName = keyof typeof benches

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now()
  await work()
  return (performance.now() - startedMs) / 1000
}

/** Three digits: more would claim what a second run does not show. */
function round(value: number): number {
  return Number(value.toPrecision(3))
}
