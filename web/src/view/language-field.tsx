import { useContext } from 'react'
import { type Language, languages } from '../language/language-choice.ts'
import { words } from '../language/words.ts'
import { FormError } from './form-error.tsx'
import { Select } from './select.tsx'
import { LanguageContext } from './use-language.ts'
import { useAct } from './use-act.ts'
import { useStore } from '../../../client/react/index.ts'

/** A choice of the language of the page. */
export function LanguageField() {
  const choice = useContext(LanguageContext)
  useStore(choice)
  const { run, error } = useAct()
  const options = [
    { value: '' as const, label: words.asBrowser(languages[choice.ofBrowser]) },
    ...Object.entries(languages).map(([value, label]) => ({ value: value as Language, label })),
  ]
  const choose = (language: Language | '') => run(() => choice.choose(language === '' ? undefined : language))
  return (
    <>
      <Select label={words.language} value={choice.chosen ?? ''} options={options} onChange={choose} />
      <FormError>{error}</FormError>
    </>
  )
}
