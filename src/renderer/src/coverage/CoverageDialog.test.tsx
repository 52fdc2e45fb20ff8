import { screen, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { fakeCoverage } from '../testing/fakeCoverage.ts'
import { renderWindow } from '../testing/renderWindow.tsx'
import { coverageLines } from './coverageLines.ts'

async function openCoverage(prepare: (fake: ReturnType<typeof renderWindow>['fake']) => void = () => {}) {
  const opened = renderWindow({ frames: 0 }, prepare)
  await screen.findByRole('button', { name: /^Lake wedding/ })
  await opened.user.keyboard('{Control>}k{/Control}')
  await opened.user.type(await screen.findByRole('searchbox'), 'Compare a folder')
  await opened.user.click(await screen.findByRole('menuitem', { name: 'Compare a folder with the bucket…' }))
  return { ...opened, dialog: within(await screen.findByRole('dialog', { name: 'Tether and the bucket' })) }
}

describe('coverage', () => {
  it('says what of a chosen folder is in the bucket, and has no good word where anything lacks', async () => {
    const { dialog } = await openCoverage()
    const sentence = await dialog.findByText(/^2 of 4 files are in the bucket as on disk; 1 missing, 1 changed since/)
    expect(sentence.className).not.toMatch(/good/)
    expect(dialog.getByText(/compared by the rules of Lake wedding/)).toBeDefined()
  })

  it('groups by state, what lacks first', () => {
    const lines = coverageLines(fakeCoverage.rows).map((line) => (line.kind === 'head' ? line.state : line.row.name))
    expect(lines).toEqual([
      'missing',
      'in/two.jpg',
      'stale',
      'three.jpg',
      'only-remote',
      'Lake wedding/old.jpg',
      'there',
      'one.jpg',
      'four.jpg'
    ])
  })

  it('sends what is missing and goes to the collection that it went into', async () => {
    const { dialog, user, fake, services } = await openCoverage()
    await user.click(await dialog.findByRole('button', { name: 'Send what is missing: 2 files' }))
    expect(await screen.findByText('2 files on the way')).toBeDefined()
    expect(fake.asked.filter(({ name }) => name === 'coverage:send')).toEqual([
      { name: 'coverage:send', input: { folder: '/home/ana/Pictures/Tether', accountId: null } }
    ])
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(services.workspace.state.route).toMatchObject({ kind: 'queue', collectionId: fakeCoverage.collectionId })
  })

  it('offers nothing to send where all is there, and says so in green', async () => {
    const { dialog } = await openCoverage((fake) =>
      fake.answer('coverage:make', async ({ folder }) => ({
        ...fakeCoverage,
        folder,
        rows: fakeCoverage.rows.filter(({ state }) => state === 'there')
      }))
    )
    expect((await dialog.findByText('All 2 files are in the bucket as on disk.')).className).toMatch(/good/)
    const send = await dialog.findByRole('button', { name: 'Send what is missing' })
    expect(send.hasAttribute('disabled')).toBe(true)
  })

  it('tells why the bucket could not be asked, and compares again', async () => {
    let fails = true
    const { dialog, user } = await openCoverage((fake) =>
      fake.answer('coverage:make', async ({ folder }) => {
        if (fails) throw new AppError('network', 'no route')
        return { ...fakeCoverage, folder }
      })
    )
    expect(await dialog.findByText('R2 cannot be reached.')).toBeDefined()
    fails = false
    await user.click(dialog.getByRole('button', { name: 'Compare again' }))
    expect(await dialog.findByText(/^2 of 4 files/)).toBeDefined()
    expect(dialog.queryByText('R2 cannot be reached.')).toBeNull()
  })
})
