import { afterAll, describe, expect, it } from 'vitest'
import { ExifToolReader } from './ExifToolReader.ts'
import { marksOf } from './marks.ts'
import { readFacts } from './readFacts.ts'
import { busy, testFolder } from './testing/pictures.ts'

const nothing = { rating: null, ratingPercent: null, label: null, keywords: [] }

const packet = (attributes: string, body = '') =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
   xmlns:lr="http://ns.adobe.com/lightroom/1.0/" ${attributes}>${body}</rdf:Description></rdf:RDF></x:xmpmeta>`

describe('marksOf', () => {
  it.each([
    ['-1', -1],
    ['0', 0],
    ['3', 3],
    ['3.5', 3],
    ['6', 5],
    ['-7', -1]
  ])('takes a rating of %s for %s', (rating, stars) => {
    expect(marksOf({ ...nothing, rating })?.rating).toBe(stars)
  })

  it('takes the percentages of Windows for stars, where there is no rating', () => {
    const stars = ['1', '25', '50', '75', '99'].map((ratingPercent) => marksOf({ ...nothing, ratingPercent })?.rating)
    expect(stars).toEqual([1, 2, 3, 4, 5])
    expect(marksOf({ ...nothing, rating: '2', ratingPercent: '99' })?.rating).toBe(2)
  })

  it('is null where nothing readable is noted', () => {
    expect(marksOf(nothing)).toBeNull()
    expect(marksOf({ ...nothing, rating: 'five', keywords: [' ', ''] })).toBeNull()
  })

  it('keeps each keyword once, and not without end', () => {
    expect(marksOf({ ...nothing, keywords: ['Zoë', 'zoe\u0308 ', 'Tim'] })?.keywords).toEqual(['Zoë', 'Tim'])
    const many = Array.from({ length: 5_000 }, (_, index) => `${index}${'x'.repeat(300)}`)
    const kept = marksOf({ ...nothing, keywords: many })?.keywords ?? []
    expect([kept.length, Math.max(...kept.map((word) => word.length))]).toEqual([500, 200])
  })
})

describe('readFacts', () => {
  const file = testFolder()
  const exiftool = new ExifToolReader()
  afterAll(() => exiftool.close())

  const subject = '<dc:subject><rdf:Bag><rdf:li>bride</rdf:li><rdf:li>lake</rdf:li></rdf:Bag></dc:subject>'
  const paths = '<lr:hierarchicalSubject><rdf:Bag><rdf:li>People|Zoë</rdf:li></rdf:Bag></lr:hierarchicalSubject>'

  it.each([
    ['attributes', packet('xmp:Rating="4" xmp:Label="Rot"', subject)],
    ['elements', packet('', `<xmp:Rating>4</xmp:Rating><xmp:Label>Rot</xmp:Label>${subject}`)]
  ])('finds the marks of a picture in its sidecar, as %s', async (name, text) => {
    const facts = await readFacts(await file(`${name}.xmp`, Buffer.from(text)), exiftool)
    expect(facts).toMatchObject({ kind: 'sidecar', problem: null })
    expect(facts.marks).toEqual({ rating: 4, label: 'Rot', keywords: ['bride', 'lake'] })
  })

  it('finds the marks inside a picture, every level of a hierarchy among them', async () => {
    const bytes = await busy()
      .withXmp(packet('xmp:Rating="2"', subject + paths))
      .jpeg()
      .toBuffer()
    const { marks } = await readFacts(await file('a.jpg', bytes), exiftool)
    expect(marks).toEqual({ rating: 2, label: null, keywords: ['bride', 'lake', 'People', 'Zoë'] })
  })

  it('finds the marks inside a RAW', async () => {
    const bytes = await busy()
      .withXmp(packet('xmp:Rating="5" xmp:Label="Grün"', subject + paths))
      .tiff()
      .toBuffer()
    const facts = await readFacts(await file('a.dng', bytes), exiftool)
    expect([facts.kind, facts.marks]).toEqual([
      'raw',
      { rating: 5, label: 'Grün', keywords: ['bride', 'lake', 'People', 'Zoë'] }
    ])
  })

  it.each([
    ['cut off', packet('xmp:Rating="4"').slice(0, 150)],
    ['no XML', '<x:xmpmeta '],
    ['too large', `${packet('xmp:Rating="4"')}${' '.repeat(5 * 1024 * 1024)}`],
    ['without marks', packet('')]
  ])('has no marks from a sidecar that is %s', async (name, text) => {
    const facts = await readFacts(await file(`${name}.xmp`, Buffer.from(text)), exiftool)
    expect(facts.marks).toBeUndefined()
  })
})
