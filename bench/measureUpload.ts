import { MiB } from '../src/shared/units.ts'
import { type BareFile, bareLoop } from './bareLoop.ts'
import { type Best, type Contender, contend } from './contend.ts'
import type { Scale } from './Measurement.ts'
import type { Certificate } from './makeCertificate.ts'
import { pushFolder } from './pushFolder.ts'
import { rcloneCopy, rcloneVersion } from './rclone.ts'
import { s5cmdCopy, s5cmdVersion } from './s5cmd.ts'

const OURS = 'silverdrop'
const BARE = 'bare loop'
const BARE_PART_BYTES = 8 * MiB
const BARE_IN_FLIGHT = [2, 4, 8]
const RCLONE_TRANSFERS = [4, 8, 16, 32]
const S5CMD_WORKERS = [8, 32, 128]

export type UploadTimes = {
  readonly ours: Best
  /** The bare loop at its best. */
  readonly limit: Best
  /** The quickest of the other programs at its best; null where none is installed. */
  readonly peer: Best | null
}

/** Sends the files in `folder` with ours, with the bare loop and with the peers that are installed. */
export async function measureUpload(
  folder: string,
  files: ReadonlyArray<BareFile>,
  { rounds, settings }: Pick<Scale, 'rounds' | 'settings'>,
  certificate: Certificate | null = null
): Promise<UploadTimes> {
  const best = await contend(
    rounds,
    [
      { name: OURS, send: (origin) => pushFolder(folder, origin, certificate) },
      ...BARE_IN_FLIGHT.slice(0, settings).map((inFlight) => ({
        name: `${BARE} of ${inFlight}`,
        send: async (origin: string) => ({
          seconds: await bareLoop(files, { origin, partBytes: BARE_PART_BYTES, inFlight, certificate }),
          cpuSeconds: null,
          peakBytes: null
        })
      })),
      ...(await peers(folder, Math.min(files.length, settings), certificate))
    ],
    certificate
  )
  const ours = best.find(({ name }) => name === OURS)
  const limit = best.find(({ name }) => name.startsWith(BARE))
  if (!ours || !limit) throw new Error('Nothing was measured')
  return { ours, limit, peer: best.find((one) => one !== ours && !one.name.startsWith(BARE)) ?? null }
}

/** @param settings No more of each than so many, and than there are files. */
async function peers(folder: string, settings: number, certificate: Certificate | null): Promise<Contender[]> {
  const [rclone, s5cmd] = [await rcloneVersion(), await s5cmdVersion()]
  const transfers = rclone === null ? [] : RCLONE_TRANSFERS.slice(0, settings)
  const workers = s5cmd === null ? [] : S5CMD_WORKERS.slice(0, settings)
  return [
    ...transfers.map((count) => ({
      name: `${rclone} --transfers ${count}`,
      send: (origin: string) => rcloneCopy(folder, origin, count, certificate)
    })),
    ...workers.map((count) => ({
      name: `${s5cmd} --numworkers ${count}`,
      send: (origin: string) => s5cmdCopy(folder, origin, count)
    }))
  ]
}
