import { withoutName } from '../state/identity.ts'

/** Returns the address of a place on this page, for others: it names nobody to sign in as. */
export const linkTo = (hash: string): string => new URL(hash, withoutName(window.location.href)).href
