import type { Listing } from '../queue/listing.ts'
import { type Grouping, groupings } from '../queue/QueueItem.ts'
import { Store } from '../ui/Store.ts'

export type Route =
  /** `collectionId` null: all collections together. */
  | { readonly kind: 'queue'; readonly collectionId: string | null; readonly filter: Listing }
  | { readonly kind: 'bucket'; readonly accountId: string; readonly prefix: string }
  | { readonly kind: 'accounts' }
  | { readonly kind: 'settings' }

export type Pane = 'sidebar' | 'inspector'
export const PANE_LIMITS_PX: Readonly<Record<Pane, { min: number; usual: number; max: number }>> = {
  sidebar: { min: 168, usual: 224, max: 360 },
  inspector: { min: 240, usual: 304, max: 560 }
}

export type Dialog =
  | { readonly kind: 'palette' }
  | { readonly kind: 'collection-settings'; readonly collectionId: string }

type PaneState = { readonly isOpen: boolean; readonly widthPx: number }
export type Workspace = {
  readonly route: Route
  readonly sidebar: PaneState
  readonly inspector: PaneState
  /** What a row of the queue is. */
  readonly grouping: Grouping
  readonly dialog: Dialog | null
  /** The window is too narrow for three columns: the inspector then lies over the list, and only when called. */
  readonly isNarrow: boolean
  readonly isInspectorOver: boolean
}

const STORED_AS = 'silverdrop.panes'

/** Where the person is and how the window is laid out. The layout outlives the window; nothing else is kept. */
export class WorkspaceStore extends Store<Workspace> {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>) {
    super({
      route: { kind: 'queue', collectionId: null, filter: 'all' },
      ...readLayout(storage.getItem(STORED_AS)),
      dialog: null,
      isNarrow: false,
      isInspectorOver: false
    })
    this.#storage = storage
  }

  go(route: Route): void {
    this.update({ route })
  }

  openDialog(dialog: Dialog | null): void {
    this.update({ dialog })
  }

  setNarrow(isNarrow: boolean): void {
    this.update({ isNarrow, isInspectorOver: false })
  }

  toggle(pane: Pane): void {
    this.setOpen(pane, !isShown(this.state, pane))
  }

  setOpen(pane: Pane, isOpen: boolean): void {
    if (pane === 'inspector' && this.state.isNarrow) this.update({ isInspectorOver: isOpen })
    else if (this.state[pane].isOpen !== isOpen) this.#change(pane, { ...this.state[pane], isOpen })
  }

  /** Kept within the pane's limits. */
  resize(pane: Pane, widthPx: number): void {
    const { min, max } = PANE_LIMITS_PX[pane]
    this.#change(pane, { isOpen: true, widthPx: Math.round(Math.min(max, Math.max(min, widthPx))) })
  }

  group(grouping: Grouping): void {
    this.update({ grouping })
    this.#keep()
  }

  #change(pane: Pane, state: PaneState): void {
    this.update({ [pane]: state })
    this.#keep()
  }

  #keep(): void {
    const { sidebar, inspector, grouping } = this.state
    this.#storage.setItem(STORED_AS, JSON.stringify({ sidebar, inspector, grouping }))
  }
}

export function isShown(state: Workspace, pane: Pane): boolean {
  return pane === 'inspector' && state.isNarrow ? state.isInspectorOver : state[pane].isOpen
}

/** What an earlier window left, or the usual layout where that cannot be read. */
function readLayout(text: string | null): Record<Pane, PaneState> & Pick<Workspace, 'grouping'> {
  let stored: unknown = null
  try {
    stored = text === null ? null : JSON.parse(text)
  } catch {
    // Written by something else: the usual layout it is.
  }
  const grouping = groupings.find((one) => isRecord(stored) && stored['grouping'] === one) ?? 'frame'
  return { sidebar: readPane(stored, 'sidebar'), inspector: readPane(stored, 'inspector'), grouping }
}

function readPane(stored: unknown, pane: Pane): PaneState {
  const { min, usual, max } = PANE_LIMITS_PX[pane]
  const found = isRecord(stored) && isRecord(stored[pane]) ? stored[pane] : {}
  const width = found['widthPx']
  return {
    isOpen: found['isOpen'] !== false,
    widthPx: typeof width === 'number' && width >= min && width <= max ? width : usual
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
