import { createRequire } from 'node:module'

/** The names of emoji in Slack and Mattermost, by code points. */
const shortcodes = createRequire(import.meta.url)('emojibase-data/en/shortcodes/iamcal.json') as Record<
  string,
  string | string[]
>

const byName = new Map(
  Object.entries(shortcodes).flatMap(([code, names]) =>
    [names].flat().map((name) => [name, String.fromCodePoint(...code.split('-').map((hex) => parseInt(hex, 16)))]),
  ),
)

/**
 * Returns the emoji of a name. A name that a team has made itself is returned between colons. A skin tone is dropped.
 */
export function emojiOf(name: string): string {
  const [base = name] = name.split('::')
  return byName.get(base) ?? `:${base.slice(0, 60)}:`
}
