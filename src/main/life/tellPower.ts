import { powerMonitor } from 'electron/main'
import type { EngineProcess } from '../engine/EngineProcess.ts'

/**
 * Tells the engine when the computer falls asleep and wakes, since connections do not outlive that. After `ready`.
 *
 * @param onWake Also called when the screen is unlocked: a vault that was closed may be open now.
 */
export function tellPower(engine: EngineProcess, onWake: () => void): void {
  const tell = (event: 'suspend' | 'resume') => {
    engine.ask('engine:power', { event }).catch(() => {}) // an engine that is gone has no connections
  }
  powerMonitor.on('suspend', () => tell('suspend'))
  powerMonitor.on('resume', () => {
    tell('resume')
    onWake()
  })
  powerMonitor.on('unlock-screen', onWake)
}
