import { isSearchOn } from '../search/search-setting.ts'

/**
 * What this server supports beyond version 1 of the protocol. `sync` announces the list. A feature is listed only when
 * all of it works.
 */
export const FEATURES = [
  'sessions',
  'partialSync',
  'contentEncoding',
  'access',
  'roles',
  'moderation',
  'changes',
  'reads',
  'reactions',
  'threads',
  'mentions',
  'profiles',
  'presence',
  'notifications',
  ...(isSearchOn ? ['search'] : []),
]
