import { describe, expect, it } from 'vitest'
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import type { Upload } from '../catalog/records.ts'
import { createFakeClock } from '../files/testing/fakeClock.ts'
import { Holds } from './Holds.ts'
import { MAX_ATTEMPTS } from './retryDelay.ts'
import { type SetBackPorts, setBack } from './setBack.ts'
import { openRoom, type Room } from './testing/openRoom.ts'
import { transition } from './UploadState.ts'

function portsOf(room: Room): SetBackPorts {
  const clock = createFakeClock()
  const ports = { clock, random: () => 0.5 }
  const probe = async () => {}
  const holds = new Holds({ ...ports, probe, onFound: () => {}, onChanged: () => {} })
  return { ...ports, uploads: room.uploads, holds }
}

/** Fails as often as it is tried, and no oftener than a fair number of times. */
async function failures(code: ErrorCode): Promise<{ readonly times: number; readonly upload: Upload }> {
  const room = openRoom()
  const ports = portsOf(room)
  let { upload } = await room.sending('a.jpg', 'a picture')
  for (let times = 1; times < 30; times += 1) {
    setBack(upload, new AppError(code, 'It failed'), ports)
    if (room.kept(upload).state.kind !== 'retrying') return { times, upload: room.kept(upload) }
    upload = room.retake()
  }
  return { times: 30, upload: room.kept(upload) }
}

describe('setBack', () => {
  it.each(['upload-lost', 'server-error', 'digest-mismatch', 'proof-failed'] as const)(
    'gives up what failed with %s eight times and once more',
    async (code) => {
      const { times, upload } = await failures(code)
      expect(times).toBe(MAX_ATTEMPTS + 1)
      expect(upload.state).toEqual({ kind: 'failed', problem: { code, detail: 'It failed' } })
    }
  )

  it('waits out a network that is gone, however long', async () => {
    expect((await failures('network')).times).toBe(30)
  })

  it('does not try again what can never succeed', async () => {
    expect((await failures('part-rejected')).times).toBe(1)
    expect((await failures('key-invalid')).times).toBe(1)
  })

  it('keeps why it began again, the attempt and the last problem beside it while it is sent again', async () => {
    const room = openRoom()
    const { upload } = await room.sending('a.jpg', 'a picture')
    const expired = { code: 'upload-missing', detail: 'NoSuchUpload' } as const
    const restarted = room.uploads.saveState(upload, transition(upload.state, { kind: 'lost', problem: expired }))
    setBack(restarted, new AppError('server-error', '500'), portsOf(room))
    expect(room.retake().state).toEqual({
      kind: 'sending',
      multipart: null,
      restart: { problem: expired, times: 1 },
      attempt: 1,
      problem: { code: 'server-error', detail: '500' }
    })
  })
})
