import { createRoot } from 'react-dom/client'
import { LanguageChoice } from './language/language-choice.ts'
import { direction } from './language/locale.ts'
import { words } from './language/words.ts'
import { showBrand } from './state/brand.ts'
import { Identity } from './state/identity.ts'
import { kept } from './state/kept.ts'
import { loadPageConfig } from './state/page-config.ts'
import { Preferences } from './state/preferences.ts'
import { ThemeChoice } from './state/theme.ts'
import './style/index.css'
import { App } from './view/app.tsx'
import { guardFromDrops } from './view/guard-from-drops.ts'
import { hearWorker } from './view/hear-worker.ts'
import { Unable } from './view/unable.tsx'

const root = createRoot(document.getElementById('root')!, {
  onUncaughtError: (error) => {
    reportError(error)
    root.render(<Unable reason={words.isBroken} />)
  },
})
guardFromDrops()
hearWorker()
const forever = kept(() => localStorage)
const theme = new ThemeChoice(forever)
const preferences = new Preferences(forever)
const language = new LanguageChoice(forever, navigator.languages)
language.subscribe(() => {
  document.documentElement.lang = language.get()
  document.documentElement.dir = direction()
})
const showLook = () =>
  Object.assign(document.documentElement.dataset, { theme: theme.get(), density: preferences.get().density })
theme.subscribe(showLook)
preferences.subscribe(showLook)
showLook()

/**
 * Shows the chat. It isn't awaited at the top of this module: a language is a file that imports from the file this
 * module is built into, and would wait for that as that waits for the language.
 */
async function start(): Promise<void> {
  const [config] = await Promise.all([
    loadPageConfig(document.baseURI, (url) => fetch(url, { cache: 'no-cache' })),
    // If the language can't be loaded, the chat starts in English.
    language.start().catch(reportError),
  ])
  if (config.brand) showBrand(config.brand, document.documentElement)
  const forTab = kept(() => sessionStorage)
  const identity = new Identity(forTab)
  root.render(<App {...{ config, theme, language, preferences, identity }} kept={forever} keptForTab={forTab} />)
}

start().catch((error: unknown) => root.render(<Unable reason={(error as Error).message} />))
