import '@fontsource-variable/inter/wght.css'
import './ui/tokens.css'
import './ui/base.css'
import { createRoot } from 'react-dom/client'
import { config } from 'zod'
import { App } from './App.tsx'
import { createServices } from './services.ts'

// Zod would try to compile its checks from text, which our Content-Security-Policy refuses with a warning.
config({ jitless: true })

const root = document.getElementById('root')
if (root) createRoot(root).render(<App services={createServices(window.silverdrop, window.localStorage)} />)
