import type { FrameView, UploadView } from '../../src/shared/model/frame.ts'
import { problemWords } from '../../src/shared/words/problemWords.ts'
import { type Finding, proveObject } from './proveObject.ts'
import type { Queue } from './readQueue.ts'

/** Objects fetched and compared side by side. */
const AT_ONCE = 4

/** Every object of every row, and every row that has none. @param links By object key. */
export async function proveQueue(queue: Queue, links: ReadonlyMap<string, string>): Promise<ReadonlyArray<Finding>> {
  const findings: Array<ReadonlyArray<Finding>> = []
  const open = queue.frames.entries()
  const worker = async () => {
    for (const [index, frame] of open) findings[index] = await proveFrame(frame, queue, links)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return findings.flat()
}

async function proveFrame(
  frame: FrameView,
  { outputs }: Queue,
  links: ReadonlyMap<string, string>
): Promise<ReadonlyArray<Finding>> {
  if (frame.uploads.length === 0) return [unsent(frame, null)]
  const findings: Finding[] = []
  for (const upload of frame.uploads) {
    const output = outputs.find(({ id }) => id === upload.outputId)
    if (upload.status !== 'done' || !output) findings.push(unsent(frame, upload))
    else findings.push(await proveObject(frame, upload, output, links.get(upload.key ?? '')))
  }
  // A photo has every output of its collection; what is no picture goes as its original alone.
  const wanted = frame.kind === 'photo' ? outputs : outputs.filter(({ kind }) => kind === 'original')
  const missing = wanted.filter(({ id }) => !frame.uploads.some(({ outputId }) => outputId === id))
  return [...findings, ...missing.map(({ id }) => ({ ...unsent(frame, null), outputId: id, faults: ['is missing'] }))]
}

/** What has not arrived is in order where the row says why. */
function unsent(frame: FrameView, upload: UploadView | null): Finding {
  const problem = upload?.problem ?? frame.problem
  return {
    file: frame.name,
    outputId: upload?.outputId ?? '',
    key: '',
    sizeBytes: upload === null ? frame.sizeBytes : upload.sizeBytes,
    link: '',
    proof: problem === null ? '' : `not sent: ${problemWords(problem, frame.name).short}`,
    faults: problem === null ? [`is ${upload?.status ?? frame.status} and does not say why`] : []
  }
}
