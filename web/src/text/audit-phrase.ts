import type { AuditEntry } from '../../../client/index.ts'
import { type Phrase } from '../language/grammar.ts'
import { words } from '../language/words.ts'

/**
 * What was done in a room. A server may be newer than this page: an action that isn't known is shown by its name.
 *
 * @param whom it was done to, where it was to somebody
 */
export const auditPhrase = <T>(action: string, by: T, whom: T): Phrase<T> =>
  Object.hasOwn(words.audit, action) ? words.audit[action as AuditEntry['action']](by, whom) : [by, ` ${action} `, whom]
