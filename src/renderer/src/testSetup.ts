import '@testing-library/jest-dom/vitest'
import { cleanup, configure } from '@testing-library/react'
import { afterEach } from 'vitest'
import { config } from 'zod'

config({ jitless: true }) // as in main.tsx

// jsdom lays nothing out: lists would find no room and draw no row. Every element is one screen large.
Object.defineProperty(HTMLElement.prototype, 'offsetHeight', { configurable: true, value: 800 })
Object.defineProperty(HTMLElement.prototype, 'offsetWidth', { configurable: true, value: 1280 })
Object.defineProperty(Element.prototype, 'clientHeight', { configurable: true, value: 800 })
Object.defineProperty(Element.prototype, 'clientWidth', { configurable: true, value: 1280 })
Element.prototype.scrollTo ??= () => {}
Element.prototype.scrollIntoView ??= () => {}

globalThis.ResizeObserver ??= class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

window.matchMedia ??= (media) => ({
  media,
  matches: false,
  onchange: null,
  addEventListener() {},
  removeEventListener() {},
  addListener() {},
  removeListener() {},
  dispatchEvent: () => false
})

configure({ asyncUtilTimeout: 15_000 }) // a busy machine is no failure

afterEach(() => {
  cleanup()
  localStorage.clear()
})
