import type { KeyboardEvent, PointerEvent } from 'react'
import { useServices } from '../services.ts'
import { classNames } from '../ui/classNames.ts'
import { useStore } from '../ui/useStore.ts'
import styles from './Shell.module.css'
import { PANE_LIMITS_PX, type Pane } from './WorkspaceStore.ts'

const css = classNames(styles)

const STEP_PX = 16

/** The edge of a pane: dragged, or moved by the arrow keys; a double click brings back the usual width. */
export function Splitter({ pane, label }: { readonly pane: Pane; readonly label: string }) {
  const { workspace } = useServices()
  const widthPx = useStore(workspace, (state) => state[pane].widthPx)
  const { min, usual, max } = PANE_LIMITS_PX[pane]
  const widerKey = pane === 'sidebar' ? 'ArrowRight' : 'ArrowLeft'
  const narrowerKey = pane === 'sidebar' ? 'ArrowLeft' : 'ArrowRight'

  function onPointerMove({ currentTarget, pointerId, clientX }: PointerEvent<HTMLElement>): void {
    if (!currentTarget.hasPointerCapture(pointerId)) return
    workspace.resize(pane, pane === 'sidebar' ? clientX : window.innerWidth - clientX)
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === widerKey) workspace.resize(pane, widthPx + STEP_PX)
    else if (event.key === narrowerKey) workspace.resize(pane, widthPx - STEP_PX)
    else if (event.key === 'Home') workspace.resize(pane, min)
    else if (event.key === 'End') workspace.resize(pane, max)
    else return
    event.preventDefault()
  }

  return (
    <hr
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={widthPx}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      className={css('splitter')}
      onPointerDown={({ currentTarget, pointerId }) => currentTarget.setPointerCapture(pointerId)}
      onPointerMove={onPointerMove}
      onDoubleClick={() => workspace.resize(pane, usual)}
      onKeyDown={onKeyDown}
    />
  )
}
