import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { engineEnvironment, nodePath, outsideArchive } from './engineCommand.ts'

const packaged = {
  isPackaged: true,
  resourcesPath: '/opt/app/resources',
  appPath: '/opt/app/resources/app.asar',
  env: {}
}
const checkout = { isPackaged: false, resourcesPath: '/electron/resources', appPath: '/checkout', env: {} }

describe('nodePath', () => {
  it('is the shipped Node in a packaged app', () => {
    expect(nodePath({ ...packaged, platform: 'linux' })).toBe(join('/opt/app/resources', 'node', 'node'))
    expect(nodePath({ ...packaged, platform: 'win32' })).toBe(join('/opt/app/resources', 'node', 'node.exe'))
  })

  it('is the node package in a checkout', () => {
    expect(nodePath({ ...checkout, platform: 'darwin' })).toBe(join('/checkout', 'node_modules', 'node', 'bin', 'node'))
  })

  it('can be overridden', () => {
    expect(nodePath({ ...checkout, platform: 'linux', env: { SILVERDROP_NODE: '/usr/bin/node24' } })).toBe(
      '/usr/bin/node24'
    )
  })
})

describe('outsideArchive', () => {
  it('leads to what was unpacked beside the archive, and leaves other paths alone', () => {
    expect(outsideArchive('/opt/resources/app.asar/out/core/engine.js')).toBe(
      '/opt/resources/app.asar.unpacked/out/core/engine.js'
    )
    expect(outsideArchive('/checkout/out/core/engine.js')).toBe('/checkout/out/core/engine.js')
  })
})

describe('engineEnvironment', () => {
  it('keeps what programs need and drops what must not travel', () => {
    const env = {
      PATH: '/bin',
      HOME: '/home',
      NODE_OPTIONS: '--inspect',
      ELECTRON_RUN_AS_NODE: '1',
      R2_SECRET_ACCESS_KEY: 's'
    }
    expect(engineEnvironment(env)).toEqual({ PATH: '/bin', HOME: '/home' })
  })
})
