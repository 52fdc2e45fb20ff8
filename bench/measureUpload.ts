import { MiB } from '../src/shared/units.ts'
import { type BareFile, bareLoop } from './bareLoop.ts'
import { type Best, contend } from './contend.ts'
import { pushFolder } from './pushFolder.ts'
import { rcloneCopy, rcloneVersion } from './rclone.ts'

const OURS = 'silverdrop'
const BARE = 'bare loop'
const BARE_PART_BYTES = 8 * MiB
const BARE_IN_FLIGHT = [2, 4, 8]
const RCLONE_TRANSFERS = [4, 8, 16, 32]

export type UploadTimes = {
  readonly ours: Best
  /** The bare loop at its best. */
  readonly limit: Best
  /** rclone at its best; null where it is not installed. */
  readonly peer: Best | null
}

/** Sends the files in `folder` with ours, with the bare loop and with rclone. */
export async function measureUpload(
  folder: string,
  files: ReadonlyArray<BareFile>,
  rounds: number
): Promise<UploadTimes> {
  const version = await rcloneVersion()
  const transfers = version === null ? [] : RCLONE_TRANSFERS.slice(0, files.length)
  const best = await contend(rounds, [
    { name: OURS, send: (origin) => pushFolder(folder, origin) },
    ...BARE_IN_FLIGHT.map((inFlight) => ({
      name: `${BARE} of ${inFlight}`,
      send: (origin: string) => bareLoop(files, { origin, partBytes: BARE_PART_BYTES, inFlight })
    })),
    ...transfers.map((count) => ({
      name: `${version} --transfers ${count}`,
      send: (origin: string) => rcloneCopy(folder, origin, count)
    }))
  ])
  const ours = best.find(({ name }) => name === OURS)
  const limit = best.find(({ name }) => name.startsWith(BARE))
  if (!ours || !limit) throw new Error('Nothing was measured')
  return { ours, limit, peer: best.find((one) => one !== ours && !one.name.startsWith(BARE)) ?? null }
}
