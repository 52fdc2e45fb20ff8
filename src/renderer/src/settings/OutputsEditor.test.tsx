import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { FULL_SIZE_PX } from '../../../shared/model/output.ts'
import { presets } from '../../../shared/model/presets.ts'
import { defaultSettings } from '../../../shared/model/settings.ts'
import type { FakeSilverdrop } from '../testing/fakeSilverdrop.ts'
import { renderWindow } from '../testing/renderWindow.tsx'

async function openSettings(frames = 0, prepare: (fake: FakeSilverdrop) => void = () => {}) {
  const opened = renderWindow({ frames }, prepare)
  await opened.user.click(await screen.findByRole('button', { name: 'Settings' }))
  await screen.findByRole('heading', { name: 'Settings' })
  const { user, fake } = opened
  return {
    ...opened,
    rendition: (id: string) => within(screen.getByRole('group', { name: `Rendition ${id}` })),
    choose: async (field: HTMLElement, option: string) => {
      await user.click(field)
      await user.click(await screen.findByRole('option', { name: option }))
    },
    /** Saves, and gives what was saved. */
    save: async () => {
      await user.click(screen.getByRole('button', { name: 'Save' }))
      await screen.findByText('Saved. New collections start with this')
      return fake.asked.flatMap(({ name, input }) =>
        name === 'settings:change' && input.newCollection ? input.newCollection.outputs : []
      )
    },
    tried: () => fake.asked.flatMap(({ name, input }) => (name === 'renditions:try' ? [input] : []))
  }
}

describe('renditions in the settings', () => {
  it.each(presets)('has $name in one press', async (preset) => {
    const { user, save } = await openSettings()
    await user.click(screen.getByRole('button', { name: `Add ${preset.name}` }))
    const [, , ...added] = await save()
    const taken = new Set(defaultSettings.newCollection.outputs.map(({ id }) => id))
    expect(added).toEqual(preset.renditions.map((one) => (taken.has(one.id) ? { ...one, id: `${one.id}-2` } : one)))
  })

  it('changes every field of a rendition', async () => {
    const { user, rendition, choose, save } = await openSettings()
    const web = rendition('web')
    await choose(web.getByRole('button', { name: /Size$/ }), 'Fills a box, cropped')
    await user.clear(web.getByLabelText('Width, px'))
    await user.type(web.getByLabelText('Width, px'), '1080')
    await user.clear(web.getByLabelText('Height, px'))
    await user.type(web.getByLabelText('Height, px'), '1350')
    await choose(web.getByRole('button', { name: /Format$/ }), 'As the photo’s')
    await user.click(web.getByRole('button', { name: 'More of web' }))
    await choose(web.getByRole('button', { name: /Colours/ }), 'Display P3, wider')
    await choose(web.getByRole('button', { name: /Sharpening/ }), 'High')
    await choose(web.getByRole('button', { name: /What it tells of the photo/ }), 'Everything')
    await user.click(web.getByRole('switch', { name: /Enlarge/ }))
    await user.click(web.getByRole('switch', { name: /Limit the file/ }))
    await user.clear(web.getByLabelText('At most, KB'))
    await user.type(web.getByLabelText('At most, KB'), '300')
    await user.click(web.getByRole('switch', { name: /Keep the place/ }))
    await user.click(web.getByRole('radio', { name: 'Picture' }))
    await user.click(web.getByRole('button', { name: 'Choose a picture…' }))
    await user.click(web.getByRole('radio', { name: 'Top left' }))
    await user.clear(web.getByLabelText('Opacity, %'))
    await user.type(web.getByLabelText('Opacity, %'), '80')
    await user.tab()
    expect((await save())[1]).toEqual({
      kind: 'rendition',
      id: 'web',
      longEdgePx: 2048,
      box: { widthPx: 1080, heightPx: 1350, fit: 'fill' },
      enlarges: true,
      format: 'keep',
      quality: 85,
      maxSizeBytes: 300_000,
      sharpening: 'high',
      colour: 'p3',
      metadata: 'everything',
      keepsPosition: true,
      watermark: {
        kind: 'image',
        path: '/home/ana/Pictures/one.jpg',
        position: 'top-left',
        marginPercent: 3,
        sizePercent: 25,
        opacityPercent: 80
      }
    })
  })

  it('calls full size by its name, and asks for no number', async () => {
    const { rendition, choose, save } = await openSettings()
    const web = rendition('web')
    await choose(web.getByRole('button', { name: /Size$/ }), 'Full size')
    expect(web.queryByLabelText('Long edge, px')).toBeNull()
    expect((await save())[1]).toMatchObject({ longEdgePx: FULL_SIZE_PX })
  })

  it('cannot be saved with a watermark without a text, and says so', async () => {
    const { user, rendition } = await openSettings()
    const web = rendition('web')
    await user.click(web.getByRole('button', { name: 'More of web' }))
    await user.click(web.getByRole('radio', { name: 'Text' }))
    await user.clear(web.getByLabelText('Text of the watermark'))
    expect(await screen.findByText('The watermark of web has no text.')).toBeVisible()
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled()
    await user.click(web.getByRole('radio', { name: 'Picture' }))
    expect(await screen.findByText('The watermark of web has no picture.')).toBeVisible()
  })
})

describe('the preview of a rendition', () => {
  it('shows the photo beside what becomes of it, with both sizes, and makes it anew when it changes', async () => {
    const { user, rendition, tried } = await openSettings(3)
    await user.click(rendition('web').getByRole('button', { name: 'Preview of web' }))
    const photo = within(await screen.findByRole('figure', { name: 'The photo' }))
    expect(photo.getByText('DSC_0414.NEF · 25 MB')).toBeVisible()
    const web = within(screen.getByRole('figure', { name: 'web' }))
    expect(web.getByText(/^2048 × 1365 · \d+ KB · 1\.7 % of the photo$/)).toBeVisible()
    expect(screen.getByText(/The position inside is left out\.$/)).toBeVisible()
    expect(tried()).toHaveLength(1)
    await user.click(rendition('web').getByRole('button', { name: 'More of web' }))
    await user.click(rendition('web').getByRole('switch', { name: /Keep the place/ }))
    expect(await screen.findByText(/It keeps the position inside\.$/)).toBeVisible()
    expect(tried().at(-1)).toMatchObject({ rendition: { keepsPosition: true }, collectionId: null, frameId: null })
  })

  it('shows one rendition at a time', async () => {
    const { user, rendition } = await openSettings(3)
    await user.click(screen.getByRole('button', { name: 'Add Proof' }))
    await user.click(rendition('web').getByRole('button', { name: 'Preview of web' }))
    await user.click(rendition('proof').getByRole('button', { name: 'Preview of proof' }))
    expect(await screen.findByRole('figure', { name: 'proof' })).toBeVisible()
    expect(screen.queryByRole('region', { name: 'Preview of web' })).toBeNull()
    await user.click(rendition('proof').getByRole('button', { name: 'Hide the preview of proof' }))
    expect(screen.queryByRole('region', { name: 'Preview of proof' })).toBeNull()
  })

  it('says why there is none', async () => {
    const { fake, user, rendition } = await openSettings(0)
    await user.click(rendition('web').getByRole('button', { name: 'Preview of web' }))
    expect(await screen.findByText(/^It shows here as soon as there is a photo/)).toBeVisible()
    fake.answer('renditions:try', async () => {
      throw new AppError('picture-damaged', 'premature end')
    })
    await user.click(rendition('web').getByRole('button', { name: 'Hide the preview of web' }))
    await user.click(rendition('web').getByRole('button', { name: 'Preview of web' }))
    const preview = within(await screen.findByRole('region', { name: 'Preview of web' }))
    await waitFor(() => expect(preview.getByRole('status')).toHaveTextContent(/damaged|cannot be/))
  })
})
