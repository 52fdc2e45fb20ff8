import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { WEB } from '../../shared/model/output.ts'
import type { Darkroom } from '../images/Darkroom.ts'
import { renderFrame } from './renderFrame.ts'
import { createPaperDarkroom, openRoom, SESSION } from './testing/openRoom.ts'

const { signal } = new AbortController()
const paper = createPaperDarkroom()

async function start(render: Darkroom['render'] = paper.render) {
  const room = openRoom({ outputs: [WEB, { ...WEB, id: 'proof' }] })
  room.add(room.write('a.jpg', 'a picture'))
  const [prepared] = await room.prepare()
  const taken = room.uploads.takeToRender(SESSION, 1, [])
  if (!prepared) throw new Error('Nothing was prepared')
  const frame = room.find(prepared.id)
  const ports = {
    darkroom: { ...paper, render },
    frames: room.frames,
    uploads: room.uploads,
    spoolPath: join(room.home, 'spool'),
    previewPathOf: (id: string) => join(room.home, 'previews', `${id}.webp`),
    onChange: () => {}
  }
  return { room, frame, taken, ports, act: (stop = signal) => renderFrame(frame, taken, ports, stop) }
}

describe('renderFrame', () => {
  it('makes all renditions in one decode, named for their uploads', async () => {
    let decodes = 0
    const { room, taken, act } = await start((job, stop) => {
      decodes += 1
      return paper.render(job, stop)
    })
    await act()
    expect(decodes).toBe(1)
    for (const upload of taken) {
      const kept = room.kept(upload)
      expect(kept).toMatchObject({ state: { kind: 'waiting' }, widthPx: 30, heightPx: 20, contentType: 'image/webp' })
      expect(kept.spoolPath).toBe(join(room.home, 'spool', `${upload.id}.webp`))
      expect(readFileSync(kept.spoolPath ?? '', 'utf8')).toContain(upload.output.id)
    }
  })

  it('gives a picture that cannot be rendered its reason, and keeps what could be made', async () => {
    const problem = { code: 'picture-damaged', detail: 'Premature end' } as const
    const { room, taken, frame, act } = await start(async (job, stop) => {
      const { renditions } = await paper.render(job, stop)
      return {
        renditions: [...renditions.slice(0, 1), { outputId: 'proof', ok: false, problem }],
        preview: { ok: true }
      }
    })
    await act()
    expect(taken.map((upload) => room.kept(upload).state)).toMatchObject([
      { kind: 'waiting' },
      { kind: 'failed', problem }
    ])
    expect(room.find(frame.id).hasPreview).toBe(true)
  })

  it('keeps nothing that was made of a source that changed meanwhile', async () => {
    const { room, taken, frame, act } = await start((job, stop) => {
      writeFileSync(job.path, 'another, longer picture')
      return paper.render(job, stop)
    })
    await expect(act()).rejects.toMatchObject({ code: 'file-changed' })
    expect(taken.map((upload) => room.kept(upload))).toEqual(taken)
    expect(room.find(frame.id).hasPreview).toBe(false)
  })

  it('changes nothing when it is stopped', async () => {
    const stop = new AbortController()
    const { room, taken, act } = await start((job) => {
      stop.abort()
      return paper.render(job, signal)
    })
    await expect(act(stop.signal)).rejects.toMatchObject({ name: 'AbortError' })
    expect(taken.map((upload) => room.kept(upload))).toEqual(taken)
  })

  it('is our own bug where the darkroom leaves an output out, and then keeps none of them', async () => {
    const { room, taken, act } = await start(async () => ({ renditions: [], preview: null }))
    await expect(act()).rejects.toMatchObject({ code: 'internal' })
    expect(taken.map((upload) => room.kept(upload))).toEqual(taken)
    expect(existsSync(join(room.home, 'spool'))).toBe(true)
  })
})
