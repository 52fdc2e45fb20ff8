import type { MetadataPolicy, Rendition } from '../../shared/model/output.ts'
import type { ExifToolReader } from './ExifToolReader.ts'

/** What is said of the source's pixels and is not true of the rendition's. */
const NOT_OF_THE_RENDITION = [
  '--ICC_Profile:all',
  '--IFD1:all',
  '--MPF:all',
  '--JFIF:all',
  '--ThumbnailImage',
  '--PreviewImage',
  '--JpgFromRaw',
  '--JpgFromRaw2',
  '--OtherImage',
  '--PhotoshopThumbnail',
  '--XMP-xmp:Thumbnails',
  '--XMP-GCamera:all',
  '--XMP-GContainer:all',
  '--XMP-GDepth:all',
  '--XMP-GImage:all',
  '--XMP-HDRGainMap:all',
  '--XMP-hdrgm:all',
  '--Orientation',
  '--ColorSpace',
  '--InteropIndex',
  '--ImageWidth',
  '--ImageHeight',
  '--ExifImageWidth',
  '--ExifImageHeight',
  '--PixelXDimension',
  '--PixelYDimension',
  '--BitsPerSample',
  '--Compression',
  '--PhotometricInterpretation',
  '--SamplesPerPixel'
]

/** A later one of the same name wins: IPTC and XMP are what photographers fill in. All become XMP, which every format takes. */
const DESCRIPTION = [
  '-XMP-dc:Description<EXIF:ImageDescription',
  '-XMP-dc:Description<IPTC:Caption-Abstract',
  '-XMP-dc:Title<IPTC:ObjectName',
  '-XMP-dc:Subject<IPTC:Keywords',
  '-XMP-photoshop:Headline<IPTC:Headline',
  '-XMP-photoshop:Credit<IPTC:Credit',
  '-XMP-photoshop:Source<IPTC:Source',
  '-XMP-photoshop:Instructions<IPTC:SpecialInstructions',
  '-XMP-dc:Description',
  '-XMP-dc:Title',
  '-XMP-dc:Subject',
  '-XMP-photoshop:Headline',
  '-XMP-photoshop:Credit',
  '-XMP-photoshop:Source',
  '-XMP-photoshop:Instructions',
  '-XMP-photoshop:CaptionWriter',
  '-XMP-lr:HierarchicalSubject',
  '-XMP-xmp:Rating',
  '-XMP-xmp:Label',
  '-EXIF:Make',
  '-EXIF:Model',
  '-EXIF:LensMake',
  '-EXIF:LensModel',
  '-EXIF:ExposureTime',
  '-EXIF:FNumber',
  '-EXIF:ISO',
  '-EXIF:FocalLength',
  '-EXIF:FocalLengthIn35mmFormat',
  '-EXIF:ExposureCompensation',
  '-EXIF:ExposureProgram',
  '-EXIF:MeteringMode',
  '-EXIF:Flash',
  '-EXIF:WhiteBalance'
]

/** Names of the place, as press agencies want them. */
const PLACE = [
  '-XMP-photoshop:City<IPTC:City',
  '-XMP-photoshop:State<IPTC:Province-State',
  '-XMP-photoshop:Country<IPTC:Country-PrimaryLocationName',
  '-XMP-iptcCore:Location<IPTC:Sub-location',
  '-XMP-photoshop:City',
  '-XMP-photoshop:State',
  '-XMP-photoshop:Country',
  '-XMP-iptcCore:Location',
  '-XMP-iptcCore:CountryCode'
]

/** Takes every position out (photo-facts §2.6), and maker notes with it: some hold a city or a landmark. */
const WITHOUT_PLACE = ['-gps:all=', '-location:all=', '-MakerNotes:all=']

/** Whether ExifTool has to add what the encoder cannot write. */
export function needsTags(policy: MetadataPolicy): boolean {
  return policy === 'everything' || policy === 'description'
}

/**
 * Puts what the policy keeps of the source's metadata into a rendition that already tells the rights.
 *
 * @param path The rendition; it is replaced whole or not at all.
 * @throws AppError `picture-unsupported` where there is no ExifTool: then nothing is left out silently.
 */
export async function copyTags(
  source: string,
  path: string,
  { metadata, keepsPosition }: Rendition,
  exiftool: ExifToolReader
): Promise<void> {
  if (metadata === 'everything') {
    await exiftool.write(path, ['-tagsFromFile', source, '-all:all', ...NOT_OF_THE_RENDITION])
    if (!keepsPosition) await exiftool.write(path, WITHOUT_PLACE)
    return
  }
  await exiftool.write(path, ['-tagsFromFile', source, ...DESCRIPTION, ...(keepsPosition ? PLACE : [])])
}
