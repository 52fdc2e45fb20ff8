import { render } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { App } from '../App.tsx'
import { createServices } from '../services.ts'
import { createFakeSilverdrop, type FakeOptions, type FakeSilverdrop } from './fakeSilverdrop.ts'

/** The whole window over a fake engine, and a person in front of it. */
export function renderWindow(options: FakeOptions = {}, prepare: (fake: FakeSilverdrop) => void = () => {}) {
  const fake = createFakeSilverdrop(options)
  prepare(fake)
  const services = createServices(fake.api, localStorage)
  const view = render(<App services={services} />)
  return { ...view, fake, services, user: userEvent.setup() }
}
