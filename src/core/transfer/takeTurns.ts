import { AppError } from '../../shared/errors.ts'
import type { CatalogFrames } from '../catalog/CatalogFrames.ts'
import type { CatalogUploads } from '../catalog/CatalogUploads.ts'
import type { Frame, Upload } from '../catalog/records.ts'
import type { BufferPool } from './BufferPool.ts'
import type { Holds } from './Holds.ts'
import type { Lines } from './Lines.ts'
import { SINGLE_PUT_BYTES } from './planParts.ts'
import { PARTS_AT_ONCE } from './sendParts.ts'
import type { Tasks } from './Tasks.ts'

/** How many at once. Reading, rendering and sending overlap; how many are sent at once each account's line says. */
export type DispatcherLimits = { readonly prepare: number; readonly render: number; readonly send: number }

/** For each request on the line another one is being read, digested or proved. */
const REQUESTS_PER_LINE = 2

/** Renditions on disk that wait for the line of one account: beyond it the darkroom makes no more for it. */
const MOST_SPOOLED = 64

export type TurnPorts = {
  readonly frames: CatalogFrames
  readonly uploads: CatalogUploads
  readonly pool: BufferPool
  readonly lines: Lines
  readonly holds: Holds
  readonly tasks: Tasks
  readonly limits: DispatcherLimits
  readonly session: string
  /** Collections whose folders are not there: their frames wait. */
  readonly away: ReadonlyArray<string>
  readonly nowMs: number
}

export type SendTurn = { readonly frame: Frame; readonly upload: Upload; readonly requests: number }
/** Of one frame. */
export type RenderTurn = { readonly frame: Frame; readonly uploads: ReadonlyArray<Upload> }

export type Turns = {
  readonly prepare: ReadonlyArray<Frame>
  readonly render: ReadonlyArray<RenderTurn>
  readonly send: ReadonlyArray<SendTurn>
}

/** What the free turns are given to. From now on the catalog says that someone works on it. */
export function takeTurns(ports: TurnPorts): Turns {
  const { frames, uploads, tasks, limits, session, away } = ports
  const ending = tasks.endingFrames
  const toPrepare = limits.prepare - tasks.count('prepare')
  return uploads.together(() => ({
    render: takeToRender(ports, ending),
    send: ports.holds.allowsSending ? takeToSend(ports, ending) : [],
    prepare: toPrepare > 0 ? frames.takeToPrepare(session, ending, toPrepare, away) : []
  }))
}

function takeToRender(ports: TurnPorts, ending: ReadonlyArray<string>): ReadonlyArray<RenderTurn> {
  const { uploads, tasks, limits, session, away, nowMs } = ports
  const free = limits.render - tasks.count('render')
  const turns: RenderTurn[] = []
  if (free <= 0) return turns
  const full = [...uploads.countSpooled(session, away)].flatMap(([accountId, spooled]) =>
    spooled >= MOST_SPOOLED ? [accountId] : []
  )
  while (turns.length < free) {
    const taken = uploads.takeToRender(session, nowMs, ending, full, away)
    if (!taken[0]) break
    turns.push({ frame: frameOf(taken[0], ports), uploads: taken })
  }
  return turns
}

/**
 * An account is given as many uploads as its line needs to be full, and no more: what has been begun and waits holds
 * memory and files. A collection of which nothing is under way is begun beyond that, and while others wait for memory,
 * up to as much again: else a few small files would wait for the end of others' long ones.
 */
function takeToSend(ports: TurnPorts, ending: ReadonlyArray<string>): ReadonlyArray<SendTurn> {
  const { uploads, pool, lines, holds, tasks, limits, session, away, nowMs } = ports
  const requests = tasks.requestsByAccount
  const begun = tasks.sendingCollections
  const waiting = [...holds.accounts, ...lines.resting]
  const filled = (share: number) =>
    [...requests].flatMap(([accountId, count]) =>
      count >= share * REQUESTS_PER_LINE * lines.of(accountId).limit ? [accountId] : []
    )
  const take = (share: number, collections: ReadonlyArray<string>) => {
    const held = { accounts: [...waiting, ...filled(share)], frames: ending, collections: [...collections, ...away] }
    return uploads.takeToSend(session, nowMs, held, 1)[0]
  }
  const turns: SendTurn[] = []
  for (let free = limits.send - tasks.count('send'); free > 0; free -= 1) {
    const upload = (pool.isCrowded ? undefined : take(1, [])) ?? take(2, [...begun])
    if (!upload) break
    const turn = { frame: frameOf(upload, ports), upload, requests: requestsOf(upload) }
    turns.push(turn)
    begun.add(turn.frame.collectionId)
    requests.set(upload.accountId, (requests.get(upload.accountId) ?? 0) + turn.requests)
  }
  return turns
}

function requestsOf({ sizeBytes }: Upload): number {
  return sizeBytes === null || sizeBytes <= SINGLE_PUT_BYTES ? 1 : PARTS_AT_ONCE
}

function frameOf(upload: Upload, { frames }: TurnPorts): Frame {
  const frame = frames.find(upload.frameId)
  if (!frame) throw new AppError('internal', `Frame ${upload.frameId} is gone, and its uploads are not`)
  return frame
}
