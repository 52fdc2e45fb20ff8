import { describe, expect, it } from 'vitest'
import type { CollectionState, CollectionView } from '../../shared/model/collection.ts'
import { defaultSettings } from '../../shared/model/settings.ts'
import { FinishWatch, finishWords } from './FinishWatch.ts'

const wedding = (state: CollectionState): CollectionView => ({
  id: '00000000-0000-4000-8000-000000000000',
  kind: 'drop',
  name: 'Wedding',
  rootPath: null,
  accountId: 'local',
  prefix: '',
  rules: defaultSettings.newCollection,
  isPaused: false,
  createdAtMs: 0,
  state,
  frames: 1_204,
  problem: null
})

describe('FinishWatch', () => {
  it('tells once when a collection at work comes to its end', () => {
    const watch = new FinishWatch()
    expect(watch.see([wedding('working')])).toEqual([])
    expect(watch.see([wedding('waiting')])).toEqual([])
    expect(watch.see([wedding('done')])).toEqual([wedding('done')])
    expect(watch.see([wedding('done')])).toEqual([])
  })

  it('keeps silent about what was through already', () => {
    expect(new FinishWatch().see([wedding('done'), wedding('attention')])).toEqual([])
  })
})

describe('finishWords', () => {
  it('says what arrived, or that someone is needed', () => {
    expect(finishWords(wedding('done'))).toEqual({
      title: 'Wedding is in the bucket',
      body: '1,204 frames, each one proved.'
    })
    expect(finishWords(wedding('attention')).title).toBe('Wedding needs you')
  })
})
