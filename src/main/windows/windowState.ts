import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Rectangle } from 'electron/main'
import { z } from 'zod'
import { writeWhole } from '../settings/writeWhole.ts'

const boundsSchema = z.strictObject({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) })
const windowStateSchema = z.strictObject({ bounds: boundsSchema, isMaximized: z.boolean() })
export type WindowState = z.infer<typeof windowStateSchema>

const fileIn = (home: string) => join(home, 'window.json')

/** Where the window stood last, or null: of no consequence, so a file that cannot be read is as good as none. */
export function readWindowState(home: string): WindowState | null {
  try {
    return windowStateSchema.parse(JSON.parse(readFileSync(fileIn(home), 'utf8')))
  } catch {
    return null
  }
}

export function writeWindowState(home: string, state: WindowState): void {
  try {
    writeWhole(fileIn(home), JSON.stringify(state))
  } catch {
    // A full disk must not keep a window from closing.
  }
}

/** Whether enough of a window is on one of the displays to take it by its title bar: 100 px wide, 30 px high. */
export function isWithinReach(bounds: Rectangle, workAreas: ReadonlyArray<Rectangle>): boolean {
  return workAreas.some((area) => {
    const visibleWidth = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x)
    const titleIsVisible = bounds.y >= area.y && bounds.y <= area.y + area.height - 30
    return visibleWidth >= 100 && titleIsVisible
  })
}
