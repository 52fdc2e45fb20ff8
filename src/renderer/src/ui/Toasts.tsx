import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { Button } from 'react-aria-components'
import { classNames } from './classNames.ts'
import type { ToastStore } from './ToastStore.ts'
import styles from './Toasts.module.css'
import { useStore } from './useStore.ts'

const css = classNames(styles)

export function Toasts({ store }: { readonly store: ToastStore }) {
  const toasts = useStore(store, (state) => state.toasts)
  return (
    <section className={css('region')} aria-label="Notices" aria-live="polite">
      {toasts.map(({ id, text, tone, action }) => (
        <div key={id} className={css('toast')} role={tone === 'bad' ? 'alert' : 'status'}>
          {tone === 'good' && <CircleCheck size={16} aria-hidden className={css('icon')} />}
          {tone === 'bad' && <CircleAlert size={16} aria-hidden className={css('icon')} />}
          <span className={css('text')}>{text}</span>
          {action && (
            <Button
              className={css('action')}
              onPress={() => {
                store.dismiss(id)
                action.run()
              }}
            >
              {action.label}
            </Button>
          )}
          <Button className={css('close')} aria-label="Dismiss" onPress={() => store.dismiss(id)}>
            <X size={14} aria-hidden />
          </Button>
        </div>
      ))}
    </section>
  )
}
