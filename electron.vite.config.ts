import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const source = (path: string) => resolve(import.meta.dirname, 'src', path)

export default defineConfig({
  // Main, engine, darkroom, local R2 and terminal share chunks, so they are one build with five entries. Each entry's
  // place under out/ is what `core/entryPath.ts` counts on.
  main: {
    build: {
      outDir: 'out',
      emptyOutDir: false, // `npm run build` empties it once, before all three builds
      target: 'node24',
      rolldownOptions: {
        input: {
          'main/index': source('main/index.ts'),
          'core/engine': source('core/process.ts'),
          'core/darkroom': source('core/images/process.ts'),
          'core/digestWorker': source('core/transfer/digestWorker.ts'),
          'core/localR2': source('core/store/local/localR2Process.ts'),
          'core/scanWorker': source('core/files/scanWorker.ts'),
          'cli/index': source('cli/index.ts')
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' }
      }
    }
  },
  // A sandboxed preload is one CommonJS file that may require nothing but electron.
  preload: {
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: source('preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' }
      }
    }
  },
  renderer: {
    root: source('renderer'),
    plugins: [react()],
    build: {
      outDir: resolve(import.meta.dirname, 'out/renderer'),
      rolldownOptions: { input: source('renderer/index.html') }
    }
  }
})
