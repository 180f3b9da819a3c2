import { isSearchOn } from '../search/search-setting.ts'

/**
 * What this server has beyond version 1 of the protocol, for `sync` to announce. A feature is named when all of it
 * works.
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
