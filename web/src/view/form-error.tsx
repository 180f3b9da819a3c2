import type { ReactNode } from 'react'

/** Shows above the buttons why an action has failed. Screen readers read it out. */
export const FormError = ({ children }: { children: ReactNode }) =>
  children === undefined ? null : (
    <p className="form-error" role="alert">
      {children}
    </p>
  )
