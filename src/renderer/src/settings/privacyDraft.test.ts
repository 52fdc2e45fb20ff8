import { describe, expect, it } from 'vitest'
import { type PrivacyDraft, readPrivacyDraft, toPrivacyDraft, withNewZone } from './privacyDraft.ts'

const home = { name: 'home', latitude: 57.7, longitude: -11.97, radiusMetres: 500 }
const saved = { privacyZones: [home], previewCacheBytes: 1_000_000_000 }

const withPlace = (place: string): PrivacyDraft => ({
  cacheMB: '1000',
  zones: [{ id: 0, name: 'home', place, radius: '500' }]
})

describe('the privacy draft', () => {
  it('reads back what was saved', () => {
    const draft = toPrivacyDraft(saved)
    expect(draft).toEqual({ zones: [{ id: 0, name: 'home', place: '57.7, -11.97', radius: '500' }], cacheMB: '1000' })
    expect(readPrivacyDraft(draft).settings).toEqual(saved)
  })

  it.each([
    ['57.7, 11.97', [57.7, 11.97]],
    ['  57.70887,11.97456 ', [57.70887, 11.97456]],
    ['-33.86 151.2', [-33.86, 151.2]],
    ['33.86° S, 151.2° E', [-33.86, 151.2]],
    ['40.7N; 74W', [40.7, -74]],
    ['0, 0', [0, 0]]
  ])('takes %j for a place', (place, [latitude, longitude]) => {
    expect(readPrivacyDraft(withPlace(place)).settings?.privacyZones[0]).toMatchObject({ latitude, longitude })
  })

  it.each(['91, 0', '0, 181', '57.7', 'home', '57,7', '57,7, 11,97', '0,0', '57.7,11', '1, 2, 3', '57.7,', '1e3, 5'])(
    'does not take %j',
    (place) => {
      const { settings, errors } = readPrivacyDraft(withPlace(place))
      expect(settings).toBeNull()
      expect(errors.zones[0]?.place).toMatch(/57\.7, 11\.97/)
    }
  )

  it('waits for what is not filled in yet without scolding', () => {
    const { settings, errors } = readPrivacyDraft(withNewZone(toPrivacyDraft(saved)))
    expect(settings).toBeNull()
    expect(errors.zones).toEqual([
      { place: null, radius: null },
      { place: null, radius: null }
    ])
  })

  it.each(['9', '100001', 'far', '', '-500'])('does not take %j for a radius', (radius) => {
    const draft = { cacheMB: '1000', zones: [{ id: 0, name: 'home', place: '1, 2', radius }] }
    expect(readPrivacyDraft(draft)).toMatchObject({
      settings: null,
      errors: { zones: [{ radius: expect.any(String) }] }
    })
  })

  it.each(['49', '10001', '', 'much', '0.5'])('does not take %j MB for a limit', (cacheMB) => {
    expect(readPrivacyDraft({ zones: [], cacheMB })).toMatchObject({
      settings: null,
      errors: { cacheMB: expect.any(String) }
    })
  })

  it('gives each new zone an id of its own', () => {
    const draft = withNewZone(withNewZone(toPrivacyDraft(saved)))
    const without = { ...draft, zones: draft.zones.slice(1) }
    expect(new Set(withNewZone(without).zones.map(({ id }) => id)).size).toBe(3)
  })
})
