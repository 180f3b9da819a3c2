import { type InputHTMLAttributes, useEffect, useId, useRef } from 'react'

export interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> {
  label: string
  hint?: string
  /** Why the form can't be sent with this value, in addition to the browser's own checks. */
  problem?: string | undefined
  value: string
  onChange: (value: string) => void
}

/** A one-line input with its label above and a hint below. */
export function Field({ label, hint, problem = '', value, onChange, ...input }: FieldProps) {
  const id = useId()
  const element = useRef<HTMLInputElement>(null)
  useEffect(() => element.current?.setCustomValidity(problem), [problem])
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        autoComplete="off"
        dir="auto"
        {...input}
        ref={element}
        id={id}
        value={value}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint !== undefined && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}
