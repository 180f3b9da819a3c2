import { defined } from '../protocol/defined.ts'
import { MAX_USER_NAME_CHARS } from '../protocol/limits.ts'
import { printableName } from '../protocol/printable-name.ts'
import { ImageUrl } from '../protocol/scalars.ts'

/** The profile fields that a token may claim for its user. */
export interface ClaimedProfile {
  name?: string
  imageUrl?: string
}

/**
 * Returns the profile that the claims `name` and `picture` describe. The name is cleaned and shortened rather than
 * refused, because the user cannot correct the token. A picture that no profile could have is left out.
 */
export function claimedProfile({ name, picture }: Record<string, unknown>): ClaimedProfile {
  const imageUrl = ImageUrl.safeParse(picture)
  return defined({
    name: (typeof name === 'string' ? shortened(printableName(name)) : '') || undefined,
    imageUrl: imageUrl.success ? imageUrl.data : undefined,
  })
}

/** Shortens a name to the limit without splitting a character as a reader sees it (a grapheme). */
function shortened(name: string): string {
  if ([...name].length <= MAX_USER_NAME_CHARS) return name
  let kept = ''
  for (const { segment } of new Intl.Segmenter().segment(name)) {
    if ([...kept, ...segment].length > MAX_USER_NAME_CHARS) break
    kept += segment
  }
  return printableName(kept)
}
