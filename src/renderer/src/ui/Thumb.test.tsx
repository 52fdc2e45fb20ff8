import { fireEvent, render } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { Thumb } from './Thumb.tsx'

/** Of the sample in ThumbHash's own documentation. */
const SUNRISE = '1QcSHQRnh493V4dIh4eXh1h4kJUI'

const sources = (container: HTMLElement) => [...container.querySelectorAll('img')].map(({ src }) => src.slice(0, 15))

describe('Thumb', () => {
  it('shows the kind of file while nothing is known of the picture', () => {
    const { container } = render(<Thumb previewUrl={null} kind="photo" />)
    expect(sources(container)).toEqual([])
    expect(container.querySelector('svg')).not.toBeNull()
  })

  it('draws roughly what it looks like until the picture is here, then the picture alone', () => {
    const { container, rerender, getByAltText } = render(
      <Thumb previewUrl={null} thumbhash={SUNRISE} kind="photo" alt="Harbour" />
    )
    expect(sources(container)).toEqual(['data:image/png;'])
    expect(getByAltText('Harbour')).toBeInTheDocument()
    expect(container.querySelector('svg')).toBeNull()

    rerender(<Thumb previewUrl="previews/a.webp" thumbhash={SUNRISE} kind="photo" alt="Harbour" />)
    const [rough, picture] = container.querySelectorAll('img')
    if (!rough || !picture) throw new Error('Two pictures were expected')
    expect(getByAltText('Harbour')).toBe(picture)
    expect(picture.className).toMatch(/coming/)
    fireEvent.load(picture)
    expect(picture.className).not.toMatch(/coming/)
    expect(rough.className).toMatch(/covered/)
  })

  it('shows a picture without a hash at once', () => {
    const { container } = render(<Thumb previewUrl="previews/a.webp" kind="photo" />)
    expect(container.querySelector('img')?.className).not.toMatch(/coming/)
  })

  it('goes back to what it looks like where the picture does not load, and tries one that was made anew', () => {
    const { container, rerender } = render(<Thumb previewUrl="previews/a.webp" thumbhash={SUNRISE} kind="photo" />)
    const picture = container.querySelectorAll('img')[1]
    if (!picture) throw new Error('No picture')
    fireEvent.error(picture)
    expect(sources(container)).toEqual(['data:image/png;'])
    rerender(<Thumb previewUrl={null} thumbhash={SUNRISE} kind="photo" />)
    rerender(<Thumb previewUrl="previews/a.webp" thumbhash={SUNRISE} kind="photo" />)
    expect(container.querySelectorAll('img')).toHaveLength(2)
  })

  it('waits again for a picture that was made anew at the same address', () => {
    const shown = <Thumb previewUrl="previews/a.webp" thumbhash={SUNRISE} kind="photo" />
    const { container, rerender } = render(shown)
    const picture = () => container.querySelectorAll('img')[1]
    fireEvent.load(picture() ?? container)
    rerender(<Thumb previewUrl={null} thumbhash={SUNRISE} kind="photo" />)
    rerender(shown)
    expect(picture()?.className).toMatch(/coming/)
    expect(container.querySelector('img')?.className).not.toMatch(/covered/)
  })

  it.each(['', 'AA==', '%%%%%%%%', '🌅'])('takes %j for no hash', (thumbhash) => {
    const { container } = render(<Thumb previewUrl={null} thumbhash={thumbhash} kind="raw" />)
    expect(sources(container)).toEqual([])
    expect(container.querySelector('svg')).not.toBeNull()
  })
})
