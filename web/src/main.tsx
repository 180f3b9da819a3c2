import { createRoot } from 'react-dom/client'
import { Identity } from './state/identity.ts'
import { kept } from './state/kept.ts'
import { loadPageConfig } from './state/page-config.ts'
import { Preferences } from './state/preferences.ts'
import { ThemeChoice } from './state/theme.ts'
import './style/index.css'
import { App } from './view/app.tsx'
import { guardFromDrops } from './view/guard-from-drops.ts'
import { Unable } from './view/unable.tsx'

const root = createRoot(document.getElementById('root')!, {
  onUncaughtError: (error) => {
    reportError(error)
    root.render(<Unable reason="Something went wrong on this page." />)
  },
})
guardFromDrops()
const forever = kept(() => localStorage)
const theme = new ThemeChoice(forever)
const preferences = new Preferences(forever)
const showTheme = () => (document.documentElement.dataset.theme = theme.get())
theme.subscribe(showTheme)
showTheme()

try {
  const config = await loadPageConfig(document.baseURI, (url) => fetch(url, { cache: 'no-cache' }))
  const forTab = kept(() => sessionStorage)
  const identity = new Identity(forTab)
  root.render(<App {...{ config, theme, preferences, identity }} kept={forever} keptForTab={forTab} />)
} catch (error) {
  root.render(<Unable reason={(error as Error).message} />)
}
