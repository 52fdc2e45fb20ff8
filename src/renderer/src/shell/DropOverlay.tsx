import { ImageDown } from 'lucide-react'
import { useLayoutEffect, useState } from 'react'
import { useServices } from '../services.ts'
import { classNames } from '../ui/classNames.ts'
import { useStore } from '../ui/useStore.ts'
import styles from './DropOverlay.module.css'
import { dropWords } from './dropWords.ts'

const css = classNames(styles)

/** Takes files dropped or pasted anywhere in the window; while they hover it lights up and says what will happen. */
export function DropOverlay() {
  const { api, app, intake } = useServices()
  const [items, setItems] = useState<number | null>(null)
  const settings = useStore(app, (state) => state.settings)
  const accounts = useStore(app, (state) => state.accounts)
  const collections = useStore(app, (state) => state.collections)

  // Before the first paint: from the moment the window shows something, it takes what is dropped.
  useLayoutEffect(() => {
    function onDragOver(event: DragEvent): void {
      if (!hasFiles(event.dataTransfer)) return
      event.preventDefault()
      event.dataTransfer.dropEffect = 'copy'
      setItems(event.dataTransfer.items.length)
    }
    function onDragLeave(event: DragEvent): void {
      // Every element that is left says so; only leaving the window has nowhere to go.
      if (event.relatedTarget === null) setItems(null)
    }
    function onDrop(event: DragEvent): void {
      setItems(null)
      if (!hasFiles(event.dataTransfer)) return
      event.preventDefault()
      take(event.dataTransfer)
    }
    function onPaste(event: ClipboardEvent): void {
      if (hasFiles(event.clipboardData)) take(event.clipboardData)
    }
    function take(data: DataTransfer): void {
      void intake.addPaths(api.pathsOf(...data.files), intake.dropTarget())
    }
    window.addEventListener('dragover', onDragOver)
    window.addEventListener('dragleave', onDragLeave)
    window.addEventListener('drop', onDrop)
    window.addEventListener('paste', onPaste)
    return () => {
      window.removeEventListener('dragover', onDragOver)
      window.removeEventListener('dragleave', onDragLeave)
      window.removeEventListener('drop', onDrop)
      window.removeEventListener('paste', onPaste)
    }
  }, [api, intake])

  if (items === null) return null
  const target = intake.dropTarget()
  const into = collections.find(({ id }) => id === target) ?? null
  const { title, text } = dropWords(items, into, settings, accounts)
  return (
    <div className={css('overlay')} role="status">
      <div className={css('frame')}>
        <div className={css('card')}>
          <ImageDown size={40} strokeWidth={1.25} aria-hidden className={css('icon')} />
          <p className={css('title')}>{title}</p>
          <p className={css('text')}>{text}</p>
        </div>
      </div>
    </div>
  )
}

function hasFiles(data: DataTransfer | null): data is DataTransfer {
  return data?.types.includes('Files') ?? false
}
