import { type ReactNode, useId } from 'react'

interface SelectProps<T extends string | number> {
  label: string
  hint?: ReactNode
  value: T
  /** The choices with their labels. */
  options: readonly { value: T; label: string }[]
  onChange: (value: T) => void
  disabled?: boolean
}

/** A select field with its label above. */
export function Select<T extends string | number>({ label, hint, value, options, onChange, disabled }: SelectProps<T>) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={({ target }) => onChange(options.find((option) => String(option.value) === target.value)!.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {hint !== undefined && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}
