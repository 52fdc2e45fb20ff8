import { describe, expect, it } from 'vitest'
import { distanceMetres, zonesOf } from './zonesOf.ts'

const home = { name: 'home', latitude: 51.483, longitude: -3.185, radiusMetres: 500 }
const studio = { name: 'studio', latitude: 51.48, longitude: -3.18, radiusMetres: 2_000 }

describe('zonesOf', () => {
  it('names every zone that a point lies in', () => {
    expect(zonesOf({ latitude: 51.4831, longitude: -3.1851 }, [home, studio])).toEqual(['home', 'studio'])
    expect(zonesOf({ latitude: 51.475, longitude: -3.18 }, [home, studio])).toEqual(['studio'])
    expect(zonesOf({ latitude: 48.85, longitude: 2.35 }, [home, studio])).toEqual([])
    expect(zonesOf({ latitude: 51.483, longitude: -3.185 }, [])).toEqual([])
  })

  it('draws the border where the radius says', () => {
    const metreDegrees = 360 / (2 * Math.PI * 6_371_009)
    expect(zonesOf({ ...home, latitude: home.latitude + 499 * metreDegrees }, [home])).toEqual(['home'])
    expect(zonesOf({ ...home, latitude: home.latitude + 501 * metreDegrees }, [home])).toEqual([])
  })

  it('measures across the date line, at the poles and to the other side of the Earth', () => {
    expect(distanceMetres({ latitude: 0, longitude: 179.999 }, { latitude: 0, longitude: -179.999 })).toBeCloseTo(
      222.4,
      0
    )
    expect(distanceMetres({ latitude: 90, longitude: 0 }, { latitude: 90, longitude: 137 })).toBeCloseTo(0, 3)
    expect(distanceMetres({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 180 })).toBeCloseTo(20_015_115, -3)
    // Paris to London, as every table has it: 343.5 km.
    const paris = { latitude: 48.8566, longitude: 2.3522 }
    expect(distanceMetres(paris, { latitude: 51.5074, longitude: -0.1278 }) / 1_000).toBeCloseTo(343.6, 0)
  })
})
