import type { ReactNode } from 'react'

/** Says above the buttons why something failed; screen readers read it out. Shows nothing without a reason. */
export const FormError = ({ children }: { children: ReactNode }) =>
  children === undefined ? null : (
    <p className="form-error" role="alert">
      {children}
    </p>
  )
