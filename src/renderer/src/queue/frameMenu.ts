import {
  CircleX,
  Copy,
  FileCode,
  FolderOpen,
  Pause,
  Play,
  Replace,
  RotateCcw,
  SkipForward,
  SquareStack
} from 'lucide-react'
import type { FrameSelection, FrameView } from '../../../shared/model/frame.ts'
import type { Services } from '../services.ts'
import type { MenuEntry } from '../ui/Menu.tsx'

/**
 * What can be done with the chosen frames.
 *
 * @param only The frame, where it is a single one: its state decides what makes sense. Of several all is offered.
 */
export function frameMenu(services: Services, select: FrameSelection, only: FrameView | null): MenuEntry[] {
  const { queueActions, linkActions } = services
  const is = (...statuses: ReadonlyArray<FrameView['status']>) => only === null || statuses.includes(only.status)
  const hasObject = only === null || only.uploads.some(({ status }) => status === 'done')
  const hasConflict = only === null || only.uploads.some(({ status }) => status === 'conflict')
  const source = { kind: 'frames', select, outputId: null } as const
  const path = only?.path ?? null
  return [
    {
      label: only === null ? 'Copy links' : 'Copy link',
      icon: Copy,
      shortcut: 'Ctrl C',
      isDisabled: !hasObject,
      run: () => void linkActions.copy(source, null, 'plain')
    },
    {
      label: 'Copy as Markdown',
      icon: FileCode,
      isDisabled: !hasObject,
      run: () => void linkActions.copy(source, null, 'markdown')
    },
    ...(hasConflict ? conflictEntries(services, select) : []),
    {
      label: 'Pause',
      icon: Pause,
      startsGroup: true,
      isDisabled: !is('waiting', 'working', 'settling'),
      run: () => void queueActions.pause(select)
    },
    { label: 'Continue', icon: Play, isDisabled: !is('paused'), run: () => void queueActions.continue(select) },
    {
      label: 'Try again',
      icon: RotateCcw,
      isDisabled: !is('failed', 'attention', 'cancelled', 'working'),
      run: () => void queueActions.retry(select)
    },
    ...(path === null
      ? []
      : [{ label: 'Show the file', icon: FolderOpen, startsGroup: true, run: () => void queueActions.showFile(path) }]),
    {
      label: 'Cancel',
      icon: CircleX,
      shortcut: 'Del',
      isDanger: true,
      startsGroup: true,
      isDisabled: is('done', 'cancelled') && only !== null,
      run: () => void queueActions.cancel(select)
    }
  ]
}

function conflictEntries({ queueActions }: Services, select: FrameSelection): MenuEntry[] {
  return [
    {
      label: 'Name is taken: keep both',
      icon: SquareStack,
      startsGroup: true,
      run: () => void queueActions.resolve(select, 'keep-both')
    },
    {
      label: 'Name is taken: replace',
      icon: Replace,
      run: () => void queueActions.resolve(select, 'replace')
    },
    {
      label: 'Name is taken: skip',
      icon: SkipForward,
      run: () => void queueActions.resolve(select, 'skip')
    }
  ]
}
