import { FolderOpen } from 'lucide-react'
import { useMemo } from 'react'
import type { Lack, Receipt } from '../../../shared/model/receipt.ts'
import { lackSentence, lackWords } from '../../../shared/words/receiptWords.ts'
import { formatCount } from '../../../shared/words/stateWords.ts'
import { useServices } from '../services.ts'
import { IconButton } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { VirtualList } from '../ui/VirtualList.tsx'
import { LackButtons } from './LackButtons.tsx'
import { type LackRow, lackRows } from './lackRows.ts'
import styles from './Receipt.module.css'

const css = classNames(styles)

const ROW_HEIGHT_PX: Readonly<Record<LackRow['kind'], number>> = { head: 76, file: 44 }

/** What is not proved, by reason, with what can be done about it. */
export function LackList({ receipt }: { readonly receipt: Receipt }) {
  const lines = useMemo(() => lackRows(receipt.lacks), [receipt])
  return (
    <VirtualList
      label="Not proved"
      lines={lines}
      heightPx={({ kind }) => ROW_HEIGHT_PX[kind]}
      isHead={({ kind }) => kind === 'head'}
    >
      {(line) => (line.kind === 'head' ? <Head row={line} receipt={receipt} /> : <File lack={line.lack} />)}
    </VirtualList>
  )
}

type HeadProps = { readonly row: Extract<LackRow, { kind: 'head' }>; readonly receipt: Receipt }

function Head({ row: { reason, lacks }, receipt }: HeadProps) {
  const { title, can } = lackWords[reason]
  return (
    <>
      <div className={css('headLine')}>
        <h3>{`${title}: ${formatCount(lacks.length)}`}</h3>
        <LackButtons reason={reason} lacks={lacks} collectionId={receipt.collectionId} />
      </div>
      <p className={css('can')}>{can}</p>
    </>
  )
}

function File({ lack }: { readonly lack: Lack }) {
  const { queueActions } = useServices()
  const { path } = lack
  const name = path.split(/[\\/]/).at(-1) ?? path
  return (
    <div className={css('file')}>
      <div className={css('words')}>
        <span className={css('name')} title={path}>
          {name}
        </span>
        <span className={css('why')}>{lackSentence(lack)}</span>
      </div>
      <IconButton
        isSmall
        label={`Show the file ${name}`}
        icon={FolderOpen}
        onPress={() => void queueActions.showFile(path)}
      />
    </div>
  )
}
