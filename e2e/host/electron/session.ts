/** Without both handlers Electron grants a page whatever it asks about, and so does the stand-in. */
const handlers = { request: false, check: false }

const defaultSession = {
  setPermissionRequestHandler(handler) {
    handlers.request = handler !== null
  },
  setPermissionCheckHandler(handler) {
    handlers.check = handler !== null
  }
} satisfies Pick<Electron.Session, 'setPermissionRequestHandler' | 'setPermissionCheckHandler'>

export const session = { defaultSession }

export function grantsEverything(): boolean {
  return !handlers.request || !handlers.check
}
