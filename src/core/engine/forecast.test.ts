import { expect, it } from 'vitest'
import { ORIGINAL } from '../../shared/model/output.ts'
import { selectionRulesSchema } from '../../shared/model/selection.ts'
import { defaultSettings } from '../../shared/model/settings.ts'
import type { Expanded } from '../files/expandPaths.ts'
import { forecast } from './forecast.ts'

const account = { kind: 'local', id: 'local', name: 'Here', bucket: 'photos', prefix: '' } as const

function expandedOf(names: ReadonlyArray<string>): Expanded {
  const files = names.map((name) => ({
    path: `/shoot/${name}`,
    relativePath: name,
    sizeBytes: 1_000,
    mtimeNs: 1n,
    ino: 1n,
    dev: 1n
  }))
  return { files, ignored: 2, refused: [] }
}

const forecastFor = (names: ReadonlyArray<string>, selection: object) =>
  forecast(expandedOf(names), {
    account,
    collectionName: 'Lake',
    rules: { ...defaultSettings.newCollection, outputs: [ORIGINAL], selection: selectionRulesSchema.parse(selection) }
  })

it('counts only what the rules let go, by name, kind and size', () => {
  const names = ['a.JPG', 'a.CR3', 'a.xmp', 'a.mov', 'README', 'Export/a.jpg']
  expect(forecastFor(names, {})).toMatchObject({ files: 6, bytes: 6_000, requests: 6, ignored: 2 })
  expect(forecastFor(names, { kinds: ['photo', 'raw'] })).toMatchObject({ files: 3, bytes: 3_000, ignored: 5 })
  expect(forecastFor(names, { exclude: ['Export/'], include: ['*.jpg', '*.JPG'] })).toMatchObject({
    files: 1,
    ignored: 7
  })
  expect(forecastFor(names, { leastBytes: 1_001 })).toMatchObject({ files: 0, bytes: 0, requests: 0, ignored: 8 })
})

it('counts as going what only its marks could leave out', () => {
  expect(forecastFor(['a.jpg'], { leastRating: 5 })).toMatchObject({ files: 1, ignored: 2 })
})
