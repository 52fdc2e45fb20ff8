// Watches one folder and writes the delay of every timer it sets, and why it is deaf, to standard output, until its
// input ends.
import { systemClock } from '../Clock.ts'
import { watchFolder } from '../watchFolder.ts'

const [root = ''] = process.argv.slice(2)
const ignored = (): void => {}
const watched = watchFolder(root, {
  ignore: [],
  isKnown: () => true,
  onSettled: ignored,
  onSettling: ignored,
  onProblem: ignored,
  onState: ignored,
  onHearing: (deafness) => console.log(deafness?.why ?? 'hearing'),
  volume: { recall: () => null, remember: ignored, hasFrames: () => false },
  clock: {
    now: systemClock.now,
    setTimer: (delayMs, run) => {
      console.log(delayMs)
      return systemClock.setTimer(delayMs, run)
    }
  }
})
process.stdin.on('end', () => watched.close()).resume()
