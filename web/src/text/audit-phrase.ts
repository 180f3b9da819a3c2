import type { AuditEntry } from '../../../client/index.ts'
import { type Phrase } from '../language/grammar.ts'
import { words } from '../language/words.ts'

/**
 * Returns the phrase for an entry of the audit log. A newer server may have further actions; they are shown by name.
 *
 * @param whom the user to whom the action was done, if any
 */
export const auditPhrase = <T>(action: string, by: T, whom: T): Phrase<T> =>
  Object.hasOwn(words.audit, action) ? words.audit[action as AuditEntry['action']](by, whom) : [by, ` ${action} `, whom]
