import { beforeEach, describe, expect, it } from 'vitest'
import { isShown, PANE_LIMITS_PX, WorkspaceStore } from './WorkspaceStore.ts'

let stored: Map<string, string>
const storage = {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => void stored.set(key, value)
}

beforeEach(() => {
  stored = new Map()
})

describe('WorkspaceStore', () => {
  it('keeps width, folding and what a row is for the next window', () => {
    const before = new WorkspaceStore(storage)
    before.resize('sidebar', 300)
    before.toggle('inspector')
    before.group('shot')

    const { sidebar, inspector, grouping } = new WorkspaceStore(storage).state
    expect(grouping).toBe('shot')
    expect(sidebar).toEqual({ isOpen: true, widthPx: 300 })
    expect(inspector.isOpen).toBe(false)
  })

  it('holds a pane within its limits', () => {
    const workspace = new WorkspaceStore(storage)
    workspace.resize('inspector', 5_000)
    expect(workspace.state.inspector.widthPx).toBe(PANE_LIMITS_PX.inspector.max)
    workspace.resize('inspector', -20)
    expect(workspace.state.inspector.widthPx).toBe(PANE_LIMITS_PX.inspector.min)
  })

  it.each([
    '',
    'null',
    '[]',
    '{"sidebar":7}',
    '{"sidebar":{"widthPx":"wide"}}',
    '{"sidebar":{"widthPx":99999}}',
    '{"grouping":"album"}',
    '{"si'
  ])('opens with the usual layout after %j was left', (text) => {
    stored.set('silverdrop.panes', text)
    const { sidebar, grouping } = new WorkspaceStore(storage).state
    expect({ sidebar, grouping }).toEqual({ sidebar: { isOpen: true, widthPx: 224 }, grouping: 'frame' })
  })

  it('lays the inspector over a narrow window only when called, and forgets that', () => {
    const workspace = new WorkspaceStore(storage)
    workspace.setNarrow(true)
    expect(isShown(workspace.state, 'inspector')).toBe(false)
    workspace.toggle('inspector')
    expect(isShown(workspace.state, 'inspector')).toBe(true)
    workspace.setNarrow(false)
    expect(workspace.state.inspector.isOpen).toBe(true)
  })
})
