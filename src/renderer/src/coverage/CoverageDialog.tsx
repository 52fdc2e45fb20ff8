import type { Coverage } from '../../../shared/model/coverage.ts'
import { countCoverage, coverageSentence, coverageTone } from '../../../shared/words/coverageWords.ts'
import { countOf } from '../../../shared/words/stateWords.ts'
import { formatMoment } from '../links/linksSentence.ts'
import { useServices } from '../services.ts'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { ProblemNote } from '../ui/ProblemNote.tsx'
import { useStore } from '../ui/useStore.ts'
import styles from './Coverage.module.css'
import { CoverageList } from './CoverageList.tsx'

const css = classNames(styles)

/** Which files of a folder are in the bucket, and which are not. */
export function CoverageDialog() {
  const { coverage: store, linkActions, workspace } = useServices()
  const { subject, coverage, work, problem } = useStore(store, (state) => state)
  if (subject === null) return null
  const counts = countCoverage(coverage?.rows ?? [])
  const lacking = counts.missing + counts.stale
  const send = async () => {
    const collectionId = await store.send()
    if (collectionId !== null) workspace.go({ kind: 'queue', collectionId, filter: 'all' })
  }
  return (
    <Dialog
      isWide
      title={`${nameOf(subject.folder)} and the bucket`}
      onClose={store.close}
      foot={
        <>
          <Button isDisabled={work !== null} onPress={() => void store.compare()}>
            Compare again
          </Button>
          <span className={css('space')} />
          <Button onPress={store.close}>Close</Button>
          <Button kind="primary" isDisabled={work !== null || lacking === 0} onPress={() => void send()}>
            {lacking === 0 ? 'Send what is missing' : `Send what is missing: ${countOf(lacking, 'file')}`}
          </Button>
        </>
      }
    >
      {problem !== null && (
        <ProblemNote
          problem={problem}
          subject={subject.folder}
          onCopy={(text) => void linkActions.copyText(text, 'Technical text')}
        />
      )}
      {work === 'comparing' && <p role="status">Comparing the folder with what the bucket lists</p>}
      {coverage !== null && <Verdict coverage={coverage} />}
      {coverage !== null && coverage.rows.length > 0 && <CoverageList rows={coverage.rows} />}
    </Dialog>
  )
}

function Verdict({ coverage }: { readonly coverage: Coverage }) {
  const { accountName, bucket, collectionName, ignored, madeAtMs } = coverage
  const tone = coverageTone(countCoverage(coverage.rows))
  return (
    <div>
      <p role="status" className={css('sentence', tone)}>
        {`${coverageSentence(coverage)}.`}
      </p>
      <p className={css('small')}>
        {[
          `${bucket} (${accountName})`,
          collectionName === null ? 'compared by name and content' : `compared by the rules of ${collectionName}`,
          ...(ignored > 0 ? [`${countOf(ignored, 'file')} left out by the rules`] : []),
          formatMoment(madeAtMs)
        ].join(' · ')}
      </p>
      <p className={css('small')}>Nothing is ever deleted from the bucket because it is not in a folder.</p>
    </div>
  )
}

function nameOf(folder: string): string {
  return folder.split(/[\\/]/).findLast((part) => part !== '') ?? folder
}
