import { afterAll, expect } from 'vitest'
import type { FrameKind } from '../../../shared/model/frame.ts'
import type { Rendition } from '../../../shared/model/output.ts'
import type { RenderResult } from '../Darkroom.ts'
import { ExifToolReader } from '../ExifToolReader.ts'
import { identify } from '../identify.ts'
import { render } from '../render.ts'

type TestFolder = (name: string, bytes?: Uint8Array | string) => Promise<string>

const BUDGET_BYTES = 1e9

/** Renders in the process of the test, as the darkroom does in its own. */
export function openRenderer(file: TestFolder) {
  const exiftool = new ExifToolReader()
  let made = 0
  afterAll(() => exiftool.close())

  /** What it takes the file for is what `identify` says, unless told. */
  async function all(
    path: string,
    renditions: ReadonlyArray<Rendition>,
    kind?: FrameKind
  ): Promise<{ result: RenderResult; paths: string[] }> {
    const identity = await identify(path)
    const paths = await Promise.all(renditions.map(({ id }) => file(`made-${made++}-${id}`)))
    const ordered = renditions.map((rendition, index) => ({ rendition, path: paths[index] ?? '' }))
    const job = { path, kind: kind ?? identity.kind, contentType: identity.contentType, renditions: ordered }
    return { result: await render({ ...job, previewPath: null }, BUDGET_BYTES, exiftool), paths }
  }

  /** The path of one rendition, which must succeed. */
  async function one(path: string, rendition: Rendition, kind?: FrameKind): Promise<string> {
    const { result, paths } = await all(path, [rendition], kind)
    expect(result.renditions.map((made) => (made.ok ? 'ok' : made.problem))).toEqual(['ok'])
    return paths[0] ?? ''
  }

  return { all, one, exiftool }
}
