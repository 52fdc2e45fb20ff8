import { FULL_SIZE_PX, type Rendition, WEB } from './output.ts'

/** Renditions for a purpose, to start from. */
export type Preset = {
  readonly id: string
  readonly name: string
  /** In a sentence, for whoever chooses. */
  readonly purpose: string
  readonly renditions: ReadonlyArray<Rendition>
}

/** Widths that browsers choose from (`srcset`), small telephones to full-HD screens. */
const RESPONSIVE_EDGES_PX = [320, 640, 768, 1024, 1280, 1920]

/** Numbers are the customs of galleries, social sites and labs: photo-facts §8. */
export const presets: ReadonlyArray<Preset> = [
  {
    id: 'web',
    name: 'Web 2048',
    purpose: 'For galleries and web pages: 2048 px, WebP.',
    renditions: [WEB]
  },
  {
    id: 'proof',
    name: 'Proof',
    purpose: 'To choose from: 1600 px, JPEG, with a watermark across the middle.',
    renditions: [
      {
        ...WEB,
        id: 'proof',
        longEdgePx: 1600,
        format: 'jpeg',
        quality: 80,
        sharpening: 'low',
        watermark: {
          kind: 'text',
          text: 'PROOF',
          position: 'centre',
          marginPercent: 0,
          sizePercent: 60,
          opacityPercent: 30
        }
      }
    ]
  },
  {
    id: 'instagram',
    name: 'Instagram',
    purpose: 'As Instagram shows it without reducing it again: within 1080 × 1350 px, JPEG.',
    renditions: [
      {
        ...WEB,
        id: 'instagram',
        box: { widthPx: 1080, heightPx: 1350, fit: 'fit' },
        format: 'jpeg',
        quality: 90,
        sharpening: 'standard'
      }
    ]
  },
  {
    id: 'print',
    name: 'Print',
    purpose: 'For labs: full size, JPEG in sRGB.',
    renditions: [{ ...WEB, id: 'print', longEdgePx: FULL_SIZE_PX, format: 'jpeg', quality: 95 }]
  },
  {
    id: 'responsive',
    name: 'Responsive set',
    purpose: 'For a <picture> element: six sizes from 320 to 1920 px, each as WebP and AVIF.',
    renditions: RESPONSIVE_EDGES_PX.flatMap((longEdgePx): Rendition[] => [
      { ...WEB, id: `w${longEdgePx}`, longEdgePx, quality: 80 },
      { ...WEB, id: `w${longEdgePx}-avif`, longEdgePx, format: 'avif', quality: 55 }
    ])
  }
]
