import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { ORIGINAL, type Output, WEB } from '../../shared/model/output.ts'
import { inTransaction } from '../catalog/openCatalog.ts'
import { createDarkroom } from '../images/createDarkroom.ts'
import type { Darkroom } from '../images/Darkroom.ts'
import { FrameCommands } from './FrameCommands.ts'
import { renderFrame } from './renderFrame.ts'
import { createPaperDarkroom, openRoom, SESSION } from './testing/openRoom.ts'

const { signal } = new AbortController()
const paper = createPaperDarkroom()

const MISBEHAVING = join(import.meta.dirname, '../images/testing/misbehavingDarkroom.ts')
const withoutPosition: Output = { kind: 'original', id: 'original', removesPosition: true }

async function start(
  render: Darkroom['render'] = paper.render,
  { outputs = [WEB, { ...WEB, id: 'proof' }], name = 'a.jpg' }: { outputs?: Output[]; name?: string } = {}
) {
  const room = openRoom({ outputs })
  room.add(room.write(name, 'a picture'))
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
        preview: { ok: true, thumbhash: 'AQID' }
      }
    })
    await act()
    expect(taken.map((upload) => room.kept(upload).state)).toMatchObject([
      { kind: 'waiting' },
      { kind: 'failed', problem }
    ])
    expect(room.find(frame.id).hasPreview).toBe(true)
    expect(room.frames.thumbs.hashOf(frame.id)).toBe('AQID')
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

  it('makes the original that is to tell no position beside the renditions, named for its type', async () => {
    const { room, taken, ports, frame } = await start(paper.render, { outputs: [withoutPosition, WEB] })
    await renderFrame(frame, taken, ports, signal)
    const [original, web] = taken.map((upload) => room.kept(upload))
    expect(original).toMatchObject({ state: { kind: 'waiting' }, output: withoutPosition, widthPx: 300, sha256: null })
    expect(original?.spoolPath).toBe(join(room.home, 'spool', `${original?.id}.jpg`))
    expect(original?.sizeBytes).toBe(readFileSync(original?.spoolPath ?? '').length)
    expect(web?.spoolPath).toMatch(/\.webp$/)
  })

  it('has the file itself go where it tells no position, whose digest is known by then', async () => {
    const { room, taken, ports, frame } = await start(paper.render, { outputs: [withoutPosition] })
    const darkroom = { ...ports.darkroom, removePosition: async () => ({ path: null }) }
    await renderFrame(frame, taken, { ...ports, darkroom }, signal)
    const kept = taken.map((upload) => room.kept(upload))
    expect(kept).toMatchObject([{ output: ORIGINAL, spoolPath: null, sizeBytes: 9, sha256: frame.sha256 }])
    expect(room.retake().id).toBe(kept[0]?.id) // to the line, not into the darkroom once more
  })

  it('does not let an original go whose position stays in, and renders it all the same', async () => {
    const { room, taken, ports, frame } = await start(paper.render, { outputs: [withoutPosition, WEB] })
    const stays = new AppError('picture-unsupported', 'The position cannot be taken out')
    const removePosition = () => Promise.reject(stays)
    await renderFrame(frame, taken, { ...ports, darkroom: { ...ports.darkroom, removePosition } }, signal)
    expect(taken.map((upload) => room.kept(upload).state)).toMatchObject([
      { kind: 'failed', problem: { code: 'position-stays' } },
      { kind: 'waiting' }
    ])
  })

  it.each(['render-timeout', 'render-crashed', 'picture-too-large', 'internal'] as const)(
    'says %s of an original over which that happened',
    async (code) => {
      const { room, taken, ports, frame } = await start(paper.render, { outputs: [withoutPosition] })
      const removePosition = () => Promise.reject(new AppError(code, 'a.jpg'))
      await renderFrame(frame, taken, { ...ports, darkroom: { ...ports.darkroom, removePosition } }, signal)
      expect(taken.map((upload) => room.kept(upload).state)).toMatchObject([{ kind: 'failed', problem: { code } }])
    }
  )

  it('leaves everything as it is where there is no room for the copy', async () => {
    const { room, taken, ports, frame } = await start(paper.render, { outputs: [withoutPosition, WEB] })
    const removePosition = () => Promise.reject(new AppError('disk-full', 'No room'))
    const act = renderFrame(frame, taken, { ...ports, darkroom: { ...ports.darkroom, removePosition } }, signal)
    await expect(act).rejects.toMatchObject({ code: 'disk-full' })
    expect(taken.map((upload) => room.kept(upload))).toEqual(taken)
  })

  it('sets a frame aside that ends the darkroom twice: after a restart it waits for the person, who may try again', async () => {
    const darkroom = createDarkroom({ entry: MISBEHAVING, processes: 1 })
    onTestFinished(() => darkroom.close())
    const { room, taken, ports, frame } = await start(paper.render, { name: 'crash', outputs: [ORIGINAL, WEB] })
    await renderFrame(frame, taken, { ...ports, darkroom }, signal)
    expect(taken.map((upload) => room.kept(upload).state)).toMatchObject([
      { kind: 'failed', problem: { code: 'render-crashed' } }
    ])
    room.uploads.recover(room.collection.id)
    expect(room.uploads.takeToRender(SESSION, Number.MAX_SAFE_INTEGER, [])).toEqual([])
    expect(room.retake().output).toEqual(ORIGINAL) // which goes nevertheless
    const { frames, uploads, db } = room
    const commands = new FrameCommands({
      frames,
      uploads,
      inTransaction: (act) => inTransaction(db, act),
      stopFrames: async () => {},
      onFrameChanged: () => {}
    })
    await commands.retry([frame.id])
    expect(room.uploads.takeToRender(SESSION, Number.MAX_SAFE_INTEGER, [])).toMatchObject([{ id: taken[0]?.id }])
  })
})
