import { type ReactNode, useEffect, useEffectEvent } from 'react'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { classNames } from './classNames.ts'
import styles from './Dialog.module.css'

const css = classNames(styles)

type DialogProps = {
  readonly title: string
  readonly children: ReactNode
  /** Buttons; the one that goes on stands last. */
  readonly foot: ReactNode
  readonly isWide?: boolean
  /** `alertdialog` where an answer is needed before anything goes on. */
  readonly role?: 'dialog' | 'alertdialog'
  readonly onClose: () => void
}

/** Closes by Escape, too, when what had the focus is gone and the keyboard speaks to nobody. */
function useEscape(onClose: () => void): void {
  const close = useEffectEvent(onClose)
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (event.key === 'Escape' && document.activeElement === document.body) close()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}

export function Dialog({ title, children, foot, isWide = false, role = 'dialog', onClose }: DialogProps) {
  useEscape(onClose)
  return (
    <ModalOverlay isOpen isDismissable onOpenChange={(isOpen) => !isOpen && onClose()} className={css('overlay')}>
      <Modal className={css('modal', isWide && 'wide')}>
        <AriaDialog role={role} className={css('dialog')}>
          <Heading slot="title" level={2} className={css('title')}>
            {title}
          </Heading>
          <div className={css('body')}>{children}</div>
          <footer className={css('foot')}>{foot}</footer>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
