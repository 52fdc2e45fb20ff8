import { AppError } from '../../../shared/errors.ts'
import type { ConflictRule } from '../../../shared/model/collection.ts'
import { MiB } from '../../../shared/units.ts'
import type { Frame, Upload } from '../../catalog/records.ts'
import { createMemoryStore } from '../../store/memory/createMemoryStore.ts'
import type { ObjectStore } from '../../store/ObjectStore.ts'
import { digestsOf } from '../../store/testing/digestsOf.ts'
import type { SendPorts } from '../SendPorts.ts'
import { sendUpload } from '../sendUpload.ts'
import { transition } from '../UploadState.ts'
import { createFaultyStore, type FaultyStore } from './createFaultyStore.ts'
import type { Room } from './openRoom.ts'

const { signal } = new AbortController()

export const lost = new AppError('network', 'The line broke')

/** Three parts: 8, 8 and 4 MiB, each different. */
export const large = Buffer.alloc(20 * MiB)
for (let at = 0; at < large.length; at += MiB) large.writeUInt32LE(at, at)

export type Sending = { readonly upload: Upload; readonly frame: Frame }

export function portsOf(
  room: Room,
  store: ObjectStore,
  changed: Partial<SendPorts> = {}
): SendPorts & { readonly sentBytes: number[] } {
  const sentBytes: number[] = []
  const { uploads, frames, pool, digester } = room
  return {
    store,
    uploads,
    frames,
    pool,
    digester,
    partBytes: () => null,
    nowMs: () => 1_800_000_000_000,
    onChange: () => {},
    onProgress: (_upload, bytes) => sentBytes.push(bytes),
    sentBytes,
    ...changed
  }
}

export function faulty(): FaultyStore {
  return createFaultyStore(createMemoryStore())
}

export async function putStranger(store: ObjectStore, key: string, content: string | Uint8Array): Promise<string> {
  const bytes = Buffer.from(content)
  const headers = { contentType: 'image/jpeg', cacheControl: null, metadata: {} }
  return store.put(key, bytes, digestsOf(bytes), headers, { kind: 'always' }, signal)
}

export async function read(store: ObjectStore, key: string): Promise<Buffer> {
  return Buffer.from(await new Response(await store.get(key, null, signal)).arrayBuffer())
}

export function send(
  room: Room,
  { upload, frame }: Sending,
  ports: SendPorts,
  conflict: ConflictRule = 'keep-both',
  stop: AbortSignal = signal
): Promise<Upload> {
  return sendUpload({ upload, frame: room.find(frame.id), rules: { conflict, cacheControl: {} } }, ports, stop)
}

/** What the dispatcher does after a failure that can pass. */
export function again(room: Room, upload: Upload): Upload {
  const { state } = room.kept(upload)
  const problem = { code: 'network', detail: 'The line broke' } as const
  room.uploads.saveState(room.kept(upload), transition(state, { kind: 'interrupted', retryAtMs: 1, problem }))
  return room.retake()
}
