import { Notification, powerSaveBlocker } from 'electron/main'
import type { EventName, EventPayload } from '../../shared/ipc/contract.ts'
import type { CollectionView } from '../../shared/model/collection.ts'
import type { Totals } from '../../shared/model/frame.ts'
import type { EngineState } from '../engine/EngineProcess.ts'
import type { AppTray } from '../tray/AppTray.ts'
import { statusSentence } from '../tray/statusSentence.ts'
import type { MainWindow } from '../windows/MainWindow.ts'
import { FinishWatch, finishWords } from './FinishWatch.ts'
import { WorkProgress } from './WorkProgress.ts'

/** Shows on the desktop how the engine is doing: tray, progress on the window, notifications; and keeps it awake. */
export class DesktopStatus {
  readonly #window: MainWindow
  readonly #tray: AppTray
  readonly #progress = new WorkProgress()
  readonly #finishes = new FinishWatch()
  /** The system forgets a notification that nobody holds, and then a click on it does nothing. */
  readonly #notifications = new Set<Notification>()
  #totals: Totals | null = null
  #engine: EngineState = 'starting'
  #blockerId: number | null = null

  constructor(window: MainWindow, tray: AppTray) {
    this.#window = window
    this.#tray = tray
    this.#show()
  }

  seeEngine(state: EngineState): void {
    this.#engine = state
    this.#show()
  }

  /** Of what the engine announces, the part that concerns the desktop. */
  seeEvent(name: EventName, payload: EventPayload<EventName>): void {
    if (name === 'queue:measured') this.#seeTotals(payload as Totals[])
    if (name === 'collections:changed') this.#seeCollections(payload as CollectionView[])
  }

  #seeTotals(list: ReadonlyArray<Totals>): void {
    this.#totals = list.findLast(({ collectionId }) => collectionId === null) ?? this.#totals
    this.#show()
  }

  #seeCollections(collections: ReadonlyArray<CollectionView>): void {
    for (const collection of this.#finishes.see(collections)) {
      if (this.#window.isFocused || !Notification.isSupported()) continue
      const notification = new Notification(finishWords(collection))
      this.#notifications.add(notification)
      const forget = () => void this.#notifications.delete(notification)
      notification.on('click', () => void this.#window.show())
      notification.on('close', forget)
      notification.on('failed', forget)
      notification.show()
    }
  }

  #show(): void {
    const totals = this.#totals
    this.#tray.show(statusSentence(totals, this.#engine), totals?.hold === 'paused')
    this.#window.showProgress(totals ? this.#progress.measure(totals) : null)
    this.#keepAwake(this.#engine === 'running' && totals !== null && totals.working > 0 && totals.hold === null)
  }

  /** A laptop that falls asleep over 90 GB is the photographer's night gone. */
  #keepAwake(isWorking: boolean): void {
    if (isWorking && this.#blockerId === null) {
      this.#blockerId = powerSaveBlocker.start('prevent-app-suspension')
    } else if (!isWorking && this.#blockerId !== null) {
      powerSaveBlocker.stop(this.#blockerId)
      this.#blockerId = null
    }
  }
}
