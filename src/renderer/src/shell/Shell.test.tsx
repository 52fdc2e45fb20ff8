import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { fakeAccounts } from '../testing/fakeData.ts'
import { renderWindow } from '../testing/renderWindow.tsx'

const files = (...names: string[]) => ({
  types: ['Files'],
  items: names,
  files: names.map((name) => new File(['x'], name)),
  dropEffect: 'none'
})

describe('the first minute', () => {
  it('offers two ways on, and needs no setting to try it here', async () => {
    const { user, fake } = renderWindow({ hasAccount: false, frames: 0 })
    expect(await screen.findByRole('button', { name: /Connect R2/ })).toBeVisible()
    await user.click(screen.getByRole('button', { name: /Try it here/ }))
    expect(await screen.findByText('Drop photos or folders here')).toBeVisible()
    expect(fake.asked.some(({ name }) => name === 'accounts:try-here')).toBe(true)
  })

  it('keeps what was dropped before there was a place for it, and sends it as soon as there is one', async () => {
    const { user, fake } = renderWindow({ hasAccount: false, frames: 0 })
    await screen.findByText('Drop photos here')
    fireEvent.drop(window, { dataTransfer: files('a.jpg', 'b.jpg') })
    expect(await screen.findByText('2 items ready. Where should they go?')).toBeVisible()
    expect(fake.asked.some(({ name }) => name === 'queue:add')).toBe(false)

    await user.click(screen.getByRole('button', { name: /Try it here/ }))
    await waitFor(() =>
      expect(fake.asked.filter(({ name }) => name === 'queue:add').map(({ input }) => input)).toEqual([
        { paths: ['/dropped/a.jpg', '/dropped/b.jpg'], collectionId: null }
      ])
    )
  })
})

describe('watching a folder', () => {
  it('starts at once where there is an account', async () => {
    const { user } = renderWindow({ frames: 0 })
    await user.click(await screen.findByRole('button', { name: /Lake wedding/ }))
    await user.click((await screen.findAllByRole('button', { name: 'Watch a folder…' }))[0] ?? document.body)
    expect(await screen.findByRole('heading', { name: 'Tether' })).toBeVisible()
  })

  it('first asks for a place where there is none', async () => {
    const { fake, user } = renderWindow({ hasAccount: false, frames: 0 })
    await user.click(await screen.findByRole('button', { name: 'Watch a folder…' }))
    expect(await screen.findByText(/^First say where photos should go/)).toBeVisible()
    expect(fake.asked.some(({ name }) => name === 'dialog:choose-folder')).toBe(false)
  })
})

describe('a press in the first moment, before the window knows its accounts', () => {
  /** A window whose accounts come when the test lets them. */
  function renderLoading() {
    const { promise, resolve } = Promise.withResolvers<void>()
    const rendered = renderWindow({ frames: 0 }, (fake) => {
      fake.answer('accounts:list', () => promise.then(fakeAccounts))
    })
    return { ...rendered, letLoad: resolve }
  }

  it('watches a folder all the same', async () => {
    const { fake, user, letLoad } = renderLoading()
    await user.click(await screen.findByRole('button', { name: 'Watch a folder…' }))
    expect(fake.asked.some(({ name }) => name === 'dialog:choose-folder')).toBe(false)
    letLoad()
    expect(await screen.findByRole('heading', { name: 'Tether' })).toBeVisible()
    expect(screen.queryByText(/^First say where photos should go/)).toBeNull()
  })

  it('adds what was dropped', async () => {
    const { fake, letLoad } = renderLoading()
    fireEvent.drop(window, { dataTransfer: files('a.jpg') })
    letLoad()
    expect(await screen.findByText('1 file added')).toBeVisible()
    expect(fake.asked.filter(({ name }) => name === 'queue:add')).toHaveLength(1)
  })
})

describe('dropping', () => {
  it('says what will happen while files hover, and adds them as a new drop', async () => {
    const { fake } = renderWindow({ frames: 20 })
    await screen.findByRole('listbox')
    fireEvent.dragOver(window, { dataTransfer: files('a.jpg', 'b.jpg', 'c') })
    expect(screen.getByText('3 items → a new drop')).toBeVisible()
    expect(screen.getByText('original and web, to clients (Studio)')).toBeVisible()

    fireEvent.drop(window, { dataTransfer: files('a.jpg', 'b.jpg', 'c') })
    expect(screen.queryByText('3 items → a new drop')).toBeNull()
    expect(await screen.findByText('3 files added')).toBeVisible()
    expect(fake.asked.find(({ name }) => name === 'queue:add')?.input).toMatchObject({ collectionId: null })
  })

  it('leaves dragged text and links alone', async () => {
    renderWindow({ frames: 20 })
    await screen.findByRole('listbox')
    fireEvent.dragOver(window, { dataTransfer: { ...files('a'), types: ['text/plain'] } })
    expect(screen.queryByText(/a new drop/)).toBeNull()
  })

  it('names what could not be taken', async () => {
    const { fake } = renderWindow({ frames: 20 })
    await screen.findByRole('listbox')
    fake.answer('queue:add', async () => ({
      collectionId: fake.frames[0]?.collectionId ?? '',
      added: 1,
      known: 2,
      ignored: 0,
      refused: [{ path: '/dropped/empty.jpg', problem: { code: 'file-empty', detail: '' } }]
    }))
    fireEvent.drop(window, { dataTransfer: files('a.jpg') })
    expect(await screen.findByRole('alert')).toHaveTextContent(
      '1 file added, 2 were already there, not taken: empty.jpg (the file is empty)'
    )
  })
})

describe('the window', () => {
  it('reaches actions and places by typing', async () => {
    const { user } = renderWindow({ frames: 20 })
    await screen.findByRole('listbox')
    await user.keyboard('{Control>}k{/Control}')
    await user.keyboard('accounts')
    await user.keyboard('{Enter}')
    expect(await screen.findByRole('heading', { name: 'Accounts' })).toBeVisible()
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  })

  it('does what the application menu asks', async () => {
    const { fake } = renderWindow({ frames: 20 })
    await screen.findByRole('listbox')
    act(() => fake.emit('menu:chosen', ['show-settings']))
    expect(await screen.findByRole('heading', { name: 'Settings' })).toBeVisible()
    act(() => fake.emit('menu:chosen', ['toggle-sidebar']))
    expect(screen.queryByRole('navigation', { name: 'Places' })).toBeNull()
  })

  it('tells at its foot how far all of it is, and why nothing moves', async () => {
    const { fake, user } = renderWindow({ frames: 20 })
    const strip = await screen.findByRole('region', { name: 'Transfer' })
    await within(strip).findByText(/38\.2 MB\/s/)
    await user.click(within(strip).getByRole('button', { name: 'Pause' }))
    expect(await within(strip).findByText('Paused by you')).toBeVisible()
    await user.click(within(strip).getByRole('button', { name: 'Continue' }))
    await within(strip).findByText(/38\.2 MB\/s/)

    act(() => fake.emit('engine:changed', ['stopped']))
    expect(within(strip).getByText(/engine has stopped/)).toBeVisible()
  })

  it('resizes a pane by the keyboard and keeps its width', async () => {
    const { user, services } = renderWindow({ frames: 20 })
    const edge = await screen.findByRole('separator', { name: 'Width of the sidebar' })
    act(() => edge.focus())
    await user.keyboard('{ArrowRight}{ArrowRight}')
    expect(edge).toHaveAttribute('aria-valuenow', '256')
    expect(services.workspace.state.sidebar.widthPx).toBe(256)
  })

  it('takes a collection off the list and brings it back', async () => {
    const { user } = renderWindow({ frames: 20 })
    await user.click(await screen.findByRole('button', { name: /Studio tether/ }))
    await user.click(await screen.findByRole('button', { name: 'Collection actions' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Take off the list' }))
    await waitFor(() => expect(screen.queryByRole('button', { name: /Studio tether/ })).toBeNull())
    await user.click(await screen.findByRole('button', { name: 'Undo' }))
    expect(await screen.findByRole('button', { name: /Studio tether/ })).toBeVisible()
  })
})
