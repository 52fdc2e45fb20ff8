import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { KiB } from '../src/shared/units.ts'
import { measureImages } from './images.ts'
import type { Measurement, Scale } from './Measurement.ts'
import { makeCertificate } from './makeCertificate.ts'
import { measureUpload, type UploadTimes } from './measureUpload.ts'
import { writeOneFile, writeScanTree, writeSmallFiles } from './samples.ts'
import type { ScanTimes } from './scanProcess.ts'
import { measureThumbs } from './thumbs.ts'

/** Measures in an empty folder of its own. */
type Bench = (folder: string, scale: Scale) => Promise<ReadonlyArray<Measurement>>

export const benches = {
  /** One large file: what is left of the machine's speed after hashing, signing and proving. */
  'one-file': async (folder, scale) => {
    const { oneFileBytes } = scale
    const sent = join(folder, 'files')
    const times = await measureUpload(sent, await writeOneFile(sent, oneFileBytes), scale)
    return toLines('one-file', 'MB/s', oneFileBytes / 1e6, times, { limit: 0.85, peer: 3 })
  },

  /** The same over TLS, as R2 has it. */
  'one-file-https': async (folder, scale) => {
    const { oneFileBytes } = scale
    const sent = join(folder, 'files')
    const files = await writeOneFile(sent, oneFileBytes)
    const certificate = await makeCertificate(folder)
    if (certificate === null) return []
    const times = await measureUpload(sent, files, scale, certificate)
    return toLines('one-file-https', 'MB/s', oneFileBytes / 1e6, times, { limit: null, peer: null })
  },

  /** Many small files: what each costs in requests, rows and waiting. */
  'small-files': async (folder, scale) => {
    const { smallFiles } = scale
    const sent = join(folder, 'files')
    const times = await measureUpload(sent, await writeSmallFiles(sent, smallFiles, 100 * KiB), scale)
    return toLines('small-files', 'files/s', smallFiles, times, { limit: null, peer: 1 })
  },

  'small-files-https': async (folder, scale) => {
    const { smallFiles } = scale
    const sent = join(folder, 'files')
    const files = await writeSmallFiles(sent, smallFiles, 100 * KiB)
    const certificate = await makeCertificate(folder)
    if (certificate === null) return []
    const times = await measureUpload(sent, files, scale, certificate)
    return toLines('small-files-https', 'files/s', smallFiles, times, { limit: null, peer: null })
  },

  /** Very many very small files. */
  'tiny-files': async (folder, scale) => {
    const { tinyFiles } = scale
    const sent = join(folder, 'files')
    const times = await measureUpload(sent, await writeSmallFiles(sent, tinyFiles, 10 * KiB), scale)
    return toLines('tiny-files', 'files/s', tinyFiles, times, { limit: null, peer: null })
  },

  /** A scan of a large folder, beside `find` printing size and time. */
  scan: async (folder, { scanFolders, rounds }) => {
    const files = await writeScanTree(folder, scanFolders)
    const find = promisify(execFile)
    let ours = { seconds: Number.POSITIVE_INFINITY, peakBytes: 0 }
    let peer: number | null = null
    for (let turn = 0; turn < rounds; turn += 1) {
      const peerSeconds = await secondsOf(() =>
        find('find', [folder, '-type', 'f', '-printf', '%s %T@ %p\\n'], { maxBuffer: Number.POSITIVE_INFINITY })
      ).catch(() => null) // not GNU's
      if (peerSeconds !== null) peer = Math.min(peer ?? peerSeconds, peerSeconds)
      const { seconds, peakBytes, ...seen } = await scan(folder)
      if (seen.files !== files) throw new Error(`The scan saw ${seen.files} of ${files} files`)
      ours = { seconds: Math.min(ours.seconds, seconds), peakBytes: Math.max(ours.peakBytes, peakBytes) }
    }
    return [
      {
        name: 'scan',
        unit: 'files/s',
        ours: round(files / ours.seconds),
        limit: null,
        peer: peer && round(files / peer),
        peerName: 'find -printf',
        ratio: peer && round(peer / ours.seconds),
        budget: 0.5,
        ...noCosts,
        peakMB: round(ours.peakBytes / 1e6)
      }
    ]
  },

  /** Renditions of camera pictures, beside a bare loop of sharp. */
  images: (folder, { pictures, rounds }) => measureImages(folder, pictures, rounds),

  /** Small pictures for rows and pages, beside a bare loop of sharp. */
  thumbs: (folder, { pictures, rounds }) => measureThumbs(folder, pictures, rounds)
} as const satisfies Record<string, Bench>

/** @throws Error if it ends without an answer. */
async function scan(folder: string): Promise<ScanTimes> {
  const child = fork(join(import.meta.dirname, 'scanProcess.ts'), [folder])
  const ended = once(child, 'exit')
  const [times] = await Promise.race([
    once(child, 'message'),
    ended.then(() => {
      throw new Error('The scan told nothing')
    })
  ])
  await ended
  return times
}

const noCosts = { cpuSeconds: null, peerCpuSeconds: null, peakMB: null, peerPeakMB: null }

/** One line beside the bare loop, and one beside the best peer. @param amount What was sent, in the unit of the rate. */
function toLines(
  name: string,
  unit: string,
  amount: number,
  { ours, limit, peer }: UploadTimes,
  budgets: { readonly limit: number | null; readonly peer: number | null }
): ReadonlyArray<Measurement> {
  const megabytes = (bytes: number | null | undefined) => (bytes ? round(bytes / 1e6) : null)
  const figures = {
    unit,
    ours: round(amount / ours.seconds),
    limit: round(amount / limit.seconds),
    peer: peer && round(amount / peer.seconds),
    peerName: peer?.name ?? 'rclone',
    cpuSeconds: ours.cpuSeconds && round(ours.cpuSeconds),
    peerCpuSeconds: peer?.cpuSeconds ? round(peer.cpuSeconds) : null,
    peakMB: megabytes(ours.peakBytes),
    peerPeakMB: megabytes(peer?.peakBytes)
  }
  return [
    { name, ...figures, ratio: round(limit.seconds / ours.seconds), budget: budgets.limit },
    { name: `${name}-peer`, ...figures, ratio: peer && round(peer.seconds / ours.seconds), budget: budgets.peer }
  ]
}

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
