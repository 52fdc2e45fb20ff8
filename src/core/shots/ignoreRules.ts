import type { IgnoreRules } from '../files/ignore.ts'

/**
 * What may lie on a card without being asked about: hidden files, the housekeeping of systems, cameras and network
 * drives, and caches that their programs make anew. Fewer than the rules of the queue leave out: a half-written file, an
 * editor's copy or a catalogue is not sent, but whoever formats the card is told that it is there.
 */
export const housekeeping: IgnoreRules = [
  // Hidden files; AppleDouble (`._IMG_1.JPG`), rsync's and FTP servers' temporary names are among them.
  '.*',
  // Systems and network drives
  'Thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  'Icon\r',
  '$RECYCLE.BIN/',
  'System Volume Information/',
  'lost+found/',
  '@eaDir/',
  '#recycle/',
  // Cards
  'CANONMSC/',
  '*.ctg',
  'AVF_INFO/',
  'PRIVATE/SONY/',
  'M4ROOT/THMBNL/',
  'M4ROOT/GENERAL/',
  'MEDIAPRO.XML',
  'AUTPRINT.MRK',
  'NCFL/',
  // Caches
  '*.lrdata',
  'CaptureOne/Cache/'
]

/**
 * What no photographer means to send (photo-facts §1.4, §3.1). A folder is named only where it cannot be one of the
 * person's own: `MISC` and `SONY` can, and `M4ROOT` holds a Sony's films, so of those only the housekeeping is listed.
 */
export const defaultIgnoreRules: IgnoreRules = [
  ...housekeeping,
  // Half-written or held by a program
  '~$*',
  '*~',
  '*.tmp',
  '*.temp',
  '*.part',
  '*.partial',
  '*.crdownload',
  '*.download',
  '*.opdownload',
  '*.filepart',
  '*.!sync',
  '*.aria2',
  '*.icloud',
  'temp.*.*', // tethering: `temp.IMG_0001.JPG`, renamed when it is whole
  '*_exiftool_tmp',
  '*.*_original', // exiftool's copy from before a change: `IMG_1.jpg_original`
  // Catalogues
  '*.lrcat*',
  '*.cocatalog'
]
