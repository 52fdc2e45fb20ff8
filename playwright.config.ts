import { defineConfig } from '@playwright/test'

// Each test starts an app of its own, so two at a time fill a small machine.
export default defineConfig({
  testDir: 'e2e',
  testMatch: '*.spec.ts',
  globalSetup: './e2e/globalSetup.ts',
  outputDir: 'test-results',
  timeout: 120_000,
  expect: { timeout: 15_000 },
  workers: 1,
  reporter: [['list']],
  forbidOnly: process.env['CI'] !== undefined,
  use: { actionTimeout: 15_000, trace: 'off' }
})
