import { CircleAlert, CircleCheck, CircleMinus, type LucideIcon, TriangleAlert } from 'lucide-react'
import type { TestReport } from '../../../shared/model/account.ts'
import { problemWords } from '../../../shared/words/problemWords.ts'
import { Button } from '../ui/Button.tsx'
import { classNames } from '../ui/classNames.ts'
import styles from './Accounts.module.css'
import { testStepWords } from './accountWords.ts'

const css = classNames(styles)

type Step = TestReport['steps'][number]
const icons: Readonly<Record<Step['status'], LucideIcon>> = {
  ok: CircleCheck,
  failed: CircleAlert,
  warning: TriangleAlert,
  skipped: CircleMinus
}
const statusWords: Readonly<Record<Step['status'], string>> = {
  ok: 'well',
  failed: 'failed',
  warning: 'to know',
  skipped: 'not tried'
}

type TestReportViewProps = {
  readonly report: TestReport
  readonly bucket: string
  readonly onBucket: (bucket: string) => void
}

/** Each step of the test, with words for what is wrong. */
export function TestReportView({ report, bucket, onBucket }: TestReportViewProps) {
  const others = (report.buckets ?? []).filter((name) => name !== bucket)
  return (
    <section className={css('report')} aria-label="Result of the test" aria-live="polite">
      <strong>{report.ok ? 'It works' : 'It does not work yet'}</strong>
      <ul>
        {report.steps.map(({ step, status, problem }) => {
          const Icon = icons[status]
          const words = problem === null ? null : problemWords(problem, null)
          return (
            <li key={step} className={css('step')}>
              <Icon size={16} role="img" aria-label={statusWords[status]} className={css(status)} />
              <span className={css(status === 'skipped' && 'skipped')}>{testStepWords[step]}</span>
              {words && (
                <span className={css('stepWords')} title={problem?.detail ?? ''}>
                  {words.what} {words.can}
                </span>
              )}
            </li>
          )
        })}
      </ul>
      {others.length > 0 && (
        <div className={css('buttons')}>
          <span className={css('small')}>These keys also see:</span>
          {others.map((name) => (
            <Button key={name} kind="quiet" onPress={() => onBucket(name)}>
              {name}
            </Button>
          ))}
        </div>
      )}
    </section>
  )
}
