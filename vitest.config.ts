import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// Two projects: everything without a window runs in plain Node, the window's parts in jsdom.
export default defineConfig({
  test: {
    maxWorkers: '100%', // most tests wait for disks and sockets; left alone, a core would stand idle
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          include: ['src/{shared,core,main,cli}/**/*.test.ts', 'bench/**/*.test.ts', 'scripts/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000
        }
      },
      {
        plugins: [react()],
        test: {
          name: 'window',
          environment: 'jsdom',
          include: ['src/renderer/**/*.test.{ts,tsx}'],
          setupFiles: ['src/renderer/src/testSetup.ts'],
          testTimeout: 30_000
        }
      }
    ]
  }
})
