import { describe, expect, it } from 'vitest'
import { createIgnore } from '../files/ignore.ts'
import { defaultIgnoreRules } from './ignoreRules.ts'

const ignores = createIgnore(defaultIgnoreRules)

describe('defaultIgnoreRules', () => {
  it.each([
    '.DS_Store',
    'DCIM/100CANON/._IMG_0001.JPG',
    '.IMG_1.JPG.x8Kq2a',
    '~$notes.docx',
    'IMG_1.jpg~',
    'ps4F2.TMP',
    'IMG_1.jpg.crdownload',
    'temp.IMG_0001.JPG',
    'IMG_1.jpg_exiftool_tmp',
    'IMG_1.jpg_original',
    'sub/THUMBS.DB',
    'Icon\r',
    'MISC/AUTPRINT.MRK',
    'Shoot.lrcat',
    'Shoot.lrcat-journal'
  ])('leaves out the file %j', (path) => {
    expect(ignores(path, false)).toBe(true)
  })

  it.each([
    '.Trashes',
    'System Volume Information',
    '$RECYCLE.BIN',
    '@eaDir',
    'Smith Previews.lrdata',
    'shoot/CaptureOne/Cache',
    'PRIVATE/SONY',
    'PRIVATE/M4ROOT/THMBNL'
  ])('leaves out the folder %j', (path) => {
    expect(ignores(path, true)).toBe(true)
  })

  it.each([
    'IMG_0001.JPG',
    'IMG_0001.xmp',
    'IMG_0001.CR3.xmp',
    'temp.jpg',
    'portrait_original.jpg',
    'a.tmp.jpg',
    'party.part.jpg',
    'Zoë #1?%.jpg',
    'M01.XML'
  ])('takes the file %j', (path) => {
    expect(ignores(path, false)).toBe(false)
  })

  it.each(['Sony', 'MISC', 'PRIVATE/M4ROOT/CLIP', 'CaptureOne', 'cache', 'DCIM/100CANON'])(
    'takes the folder %j, which may hold pictures',
    (path) => {
      expect(ignores(path, true)).toBe(false)
    }
  )

  it('means folders only where a rule says so', () => {
    expect(ignores('@eaDir', false)).toBe(false)
  })
})

describe('createIgnore', () => {
  it('takes what means something in an expression literally', () => {
    const ignores = createIgnore(['a+(1)[x]{2}^$|.\\*', 'e\u0301'])
    expect(ignores('a+(1)[x]{2}^$|.\\anything', false)).toBe(true)
    expect(ignores('aa1x', false)).toBe(false)
    expect(ignores('\u00c9', false)).toBe(true)
  })

  it('ignores nothing without rules, and matches across a newline', () => {
    expect(createIgnore([])('a', false)).toBe(false)
    expect(createIgnore(['*.tmp'])('a\nb.tmp', false)).toBe(true)
    expect(createIgnore(['*.tmp'])('a.tmp\nb', false)).toBe(false)
  })
})
