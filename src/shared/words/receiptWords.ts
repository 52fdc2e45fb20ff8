import type { Lack, LackReason, Receipt } from '../model/receipt.ts'
import { problemWords } from './problemWords.ts'
import { countOf, type Tone } from './stateWords.ts'

/** Why something is not proved, as a person reads it. */
export type LackWords = {
  /** Heads a list of such files; no full stop. */
  readonly title: string
  /** Fits behind a name and a colon: "it is on disk and was never taken"; no full stop. */
  readonly short: string
  /** What the person can do, a whole sentence. */
  readonly can: string
}

/** Words for every reason there is: a new one does not compile until it has its three parts. */
export const lackWords: Readonly<Record<LackReason, LackWords>> = {
  'not-taken': {
    title: 'Not in the collection',
    short: 'it is on disk and was never taken',
    can: 'Add it to the collection. Half-written files and catalogues are left out on purpose: see whether you need them.'
  },
  waiting: {
    title: 'Still on the way',
    short: 'it is still on its way',
    can: 'Wait until it has arrived; if it is paused, continue it.'
  },
  failed: {
    title: 'Not sent',
    short: 'it was not sent',
    can: 'See the reason in the queue, and try again.'
  },
  conflict: {
    title: 'Waiting for your answer',
    short: 'something else has its name in the bucket, and Silverdrop waits for your answer',
    can: 'Answer the question in the queue: replace, keep both, or leave what is there.'
  },
  skipped: {
    title: 'Skipped',
    short: 'something else has its name in the bucket, and it was skipped',
    can: 'Rename the file, or choose another rule for taken names, and add it again.'
  },
  cancelled: {
    title: 'Cancelled',
    short: 'it was cancelled, or deleted from the bucket',
    can: 'Try again in the queue if it should be in the bucket.'
  },
  changed: {
    title: 'Changed since',
    short: 'the file on disk is not the one that was sent',
    can: 'Add the folder again, so that what is on disk now is sent too.'
  },
  'no-original': {
    title: 'Only copies were sent',
    short: 'only copies were made of it, the file itself was not sent',
    can: 'Add "original" to what the collection makes, and add the files again in a new collection.'
  },
  gone: {
    title: 'Gone from the bucket',
    short: 'it was there, and is no longer in the bucket',
    can: 'Try again in the queue: it is sent once more.'
  },
  differs: {
    title: 'Something else in its place',
    short: 'the bucket holds something else in its place',
    can: 'Try again in the queue; the rule for taken names decides what becomes of what is there.'
  },
  elsewhere: {
    title: 'In another bucket',
    short: 'it was proved in another bucket than the one the account leads to now',
    can: 'Set the account back to that bucket, or send the files to the new one as a new collection.'
  },
  unreadable: {
    title: 'Cannot be read',
    short: 'it is on disk and cannot be looked at',
    can: 'Check its permissions and the disk it is on, then make the receipt again.'
  },
  unknown: {
    title: 'The bucket could not be asked',
    short: 'the bucket could not be asked about it',
    can: 'Check the connection and the account, then look at every object again.'
  }
}

/** The receipt in a sentence, or two: "412 of 412 frames proved in the bucket; safe to format the card." */
export function receiptSentence(receipt: Receipt): string {
  const { frames, proved, isSafe, isFolderRead, lacks } = receipt
  if (frames === 0) return 'There is nothing in this collection yet, so nothing is proved.'
  const counted = `${proved} of ${countOf(frames, 'frame')} proved in the bucket`
  if (isSafe) return `${counted}; safe to format the card.`
  if (lacks.length > 0) return `${counted}; do not format the card yet.`
  if (isFolderRead === null) {
    return `${counted}. They came as loose files: what else lies beside them on the card was not looked at.`
  }
  return `${counted}. The folder is empty or not connected, so what is on the card now could not be compared.`
}

/** How the receipt feels; green only where the card may be formatted. */
export function receiptTone({ isSafe, lacks, frames }: Receipt): Tone {
  if (isSafe) return 'good'
  if (lacks.some(({ reason }) => reason !== 'waiting')) return 'warn'
  return lacks.length > 0 && frames > 0 ? 'active' : 'quiet'
}

/** Why one thing is not proved: "it was not sent: the file is empty (web)". */
export function lackSentence({ reason, problem, outputId }: Pick<Lack, 'reason' | 'problem' | 'outputId'>): string {
  const why = problem === null ? '' : `: ${problemWords(problem, null).short}`
  const what = outputId === null ? '' : ` (${outputId})`
  return `${lackWords[reason].short}${why}${what}`
}
