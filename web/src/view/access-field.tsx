import { useId } from 'react'
import type { ChosenAccess } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { accessChoices } from '../text/access-choices.ts'
import { AccessIcon } from './access-icon.tsx'

interface AccessFieldProps {
  value: ChosenAccess
  onChange: (access: ChosenAccess) => void
  disabled?: boolean
}

/** The choice of who may enter a room, with an explanation of each. */
export function AccessField({ value, onChange, disabled = false }: AccessFieldProps) {
  const id = useId()
  return (
    <fieldset className="field choices" disabled={disabled}>
      <legend>{words.whoMayEnter}</legend>
      {accessChoices.map((access) => (
        <label key={access} className="choice">
          <input
            type="radio"
            name={id}
            checked={access === value}
            aria-describedby={`${id}-${access}`}
            onChange={() => onChange(access)}
          />
          <AccessIcon access={access} />
          <span className="grow">
            {words.access[access].name}
            <span className="hint" id={`${id}-${access}`}>
              {words.access[access].meaning}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
