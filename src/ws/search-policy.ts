import { Forbidden } from '../errors.ts'
import { isSearchOn } from '../search/search-setting.ts'

/** @throws Forbidden when this deployment does not index its messages */
export function requireSearch(): void {
  if (!isSearchOn) throw new Forbidden('unable to search; this deployment has no search')
}
