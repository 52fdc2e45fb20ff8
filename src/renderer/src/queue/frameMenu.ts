import {
  CircleHelp,
  CircleX,
  CloudDownload,
  Copy,
  FileCode,
  FolderOpen,
  Pause,
  Play,
  Replace,
  RotateCcw,
  Send,
  SkipForward,
  SquareStack
} from 'lucide-react'
import type { FrameSelection, FrameView, UploadStatus } from '../../../shared/model/frame.ts'
import type { Services } from '../services.ts'
import type { MenuEntry } from '../ui/Menu.tsx'
import { isInCloud } from './rowSentence.ts'

/**
 * What can be done with the chosen frames.
 *
 * @param frames The frames: what suits none of them cannot be chosen. Null where not all are known: all is offered.
 */
export function frameMenu(
  services: Services,
  select: FrameSelection,
  frames: ReadonlyArray<FrameView> | null
): MenuEntry[] {
  const { queueActions, linkActions } = services
  const is = (...statuses: ReadonlyArray<FrameView['status']>) =>
    frames === null || frames.some(({ status, leftOut }) => leftOut === undefined && statuses.includes(status))
  const has = (wanted: UploadStatus) =>
    frames === null || frames.some(({ uploads }) => uploads.some(({ status }) => status === wanted))
  const path = frames?.length === 1 ? (frames[0]?.path ?? null) : null
  const source = { kind: 'frames', select, outputId: null } as const
  const anyway = anywayEntries(services, select, frames)
  return [
    ...anyway,
    {
      startsGroup: anyway.length > 0,
      label: path === null ? 'Copy links' : 'Copy link',
      icon: Copy,
      shortcut: 'Ctrl C',
      isDisabled: !has('done'),
      run: () => void linkActions.copy(source, null, 'plain')
    },
    {
      label: 'Copy as Markdown',
      icon: FileCode,
      isDisabled: !has('done'),
      run: () => void linkActions.copy(source, null, 'markdown')
    },
    ...(has('conflict') ? conflictEntries(services, select) : []),
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
      isDisabled: !is('settling', 'waiting', 'working', 'paused', 'attention', 'failed'),
      run: () => void queueActions.cancel(select)
    }
  ]
}

/** What goes although the rules or a cloud folder would keep it here. */
function anywayEntries(
  { queue, queueActions }: Services,
  select: FrameSelection,
  frames: ReadonlyArray<FrameView> | null
): MenuEntry[] {
  const run = () => void queueActions.takeAnyway(select)
  const isLeftOut = frames?.some(({ leftOut }) => leftOut !== undefined) ?? queue.state.filter === 'left-out'
  if (isLeftOut) return [{ label: 'Send it all the same', icon: Send, run }]
  return frames?.some(isInCloud) ? [{ label: 'Fetch and send', icon: CloudDownload, run }] : []
}

function conflictEntries({ conflicts, queue, queueActions }: Services, select: FrameSelection): MenuEntry[] {
  const first = 'ids' in select ? (select.ids[0] ?? null) : null
  return [
    {
      label: 'Name is taken: see both…',
      icon: CircleHelp,
      startsGroup: true,
      run: () => void conflicts.open(queue.state.collectionId, first)
    },
    {
      label: 'Name is taken: keep both',
      icon: SquareStack,
      run: () => void queueActions.resolve(select, 'keep-both')
    },
    {
      label: 'Name is taken: replace',
      icon: Replace,
      run: () => void queueActions.resolve(select, 'replace')
    },
    {
      label: 'Name is taken: leave what is there',
      icon: SkipForward,
      run: () => void queueActions.resolve(select, 'skip')
    }
  ]
}
