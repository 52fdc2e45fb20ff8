import type { IgnoreRules } from '../../files/ignore.ts'

/**
 * What may lie on a card without being asked about: hidden files, the housekeeping of systems, cameras and network
 * drives, and caches that their programs make anew. Fewer than the rules of the queue leave out: a half-written file, an
 * editor's copy or a catalogue is not sent, but whoever formats the card is told that it is there.
 */
export const housekeeping: IgnoreRules = [
  '.*',
  'Thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  'Icon\r',
  '$RECYCLE.BIN/',
  'System Volume Information/',
  'lost+found/',
  '@eaDir/',
  '#recycle/',
  'CANONMSC/',
  '*.ctg',
  'AVF_INFO/',
  'PRIVATE/SONY/',
  'M4ROOT/THMBNL/',
  'M4ROOT/GENERAL/',
  'MEDIAPRO.XML',
  'AUTPRINT.MRK',
  'NCFL/',
  '*.lrdata',
  'CaptureOne/Cache/'
]
