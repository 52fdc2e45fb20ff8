import { expect, it } from 'vitest'
import { KeyClaims } from './KeyClaims.ts'

it('gives each twin a number that nobody has', () => {
  const claims = new KeyClaims()
  claims.add('IMG_1-2.jpg')
  expect(['img_1.jpg', 'IMG_1.jpg', 'Img_1.jpg', 'img_1-3.jpg'].map((key) => claims.take(key))).toEqual([
    'img_1.jpg',
    'IMG_1-3.jpg',
    'Img_1-4.jpg',
    'img_1-3-2.jpg'
  ])
})

it('asks for no number twice, however many want one key', () => {
  const claims = new KeyClaims()
  const keys = Array.from({ length: 50_000 }, () => claims.take('photo.jpg'))
  expect(keys.at(-1)).toBe('photo-50000.jpg')
  expect(new Set(keys).size).toBe(50_000)
})
