import { createContext, useContext } from 'react'
import { type Language, LanguageChoice } from '../language/language-choice.ts'
import { kept } from '../state/kept.ts'
import { useStore } from '../../../client/react/index.ts'

export const LanguageContext = createContext(
  new LanguageChoice(
    kept(() => localStorage),
    [],
  ),
)

/** Returns the language of the page. Memoized components call it to be rendered again when the language changes. */
export const useLanguage = (): Language => useStore(useContext(LanguageContext))
