// The entry of the app. What must come before `ready` is synchronous and stands here; nothing is awaited at the top
// level, since `ready` waits for this file to be evaluated.
import { join, resolve } from 'node:path'
import { app, dialog } from 'electron/main'
import { z } from 'zod'
import { OpenedPaths, pathsAmong } from './life/OpenedPaths.ts'
import { startApp } from './startApp.ts'
import { registerPageScheme } from './windows/servePage.ts'

const APP_ID = 'app.silverdrop.Silverdrop'
const handoverSchema = z.object({ paths: z.array(z.string()) })

const home = process.env['SILVERDROP_HOME']
if (home) app.setPath('userData', resolve(home)) // before the lock, which belongs to this folder
app.enableSandbox()
app.setAppUserModelId(APP_ID)
registerPageScheme()

const opened = new OpenedPaths()
const paths = pathsAmong(process.argv.slice(app.isPackaged ? 1 : 2), process.cwd())
app.on('open-file', (event, path) => {
  event.preventDefault()
  opened.add([path])
})

// Sent as data of its own, since Chromium reorders a command line and adds to it.
if (app.requestSingleInstanceLock({ paths } satisfies z.infer<typeof handoverSchema>)) {
  opened.add(paths)
  void app.whenReady().then(() => {
    try {
      startApp(join(import.meta.dirname, '..'), opened)
    } catch (error) {
      dialog.showErrorBox('Silverdrop cannot start', String(error))
      app.exit(1)
    }
  })
  app.on('second-instance', (_event, _argv, _folder, data) => {
    const handover = handoverSchema.safeParse(data)
    if (handover.success) opened.add(handover.data.paths)
  })
} else {
  app.exit(0)
}
