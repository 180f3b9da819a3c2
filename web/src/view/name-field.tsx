import { Field, type FieldProps } from './field.tsx'

/** A field for the name of a user or a room, which must not consist of spaces only. */
export const NameField = (props: FieldProps & { maxLength: number }) => <Field {...props} pattern=".*\S.*" required />
