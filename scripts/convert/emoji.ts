import { createRequire } from 'node:module'

/** Of the names that Slack and Mattermost have, by the code points of the emoji. */
const shortcodes = createRequire(import.meta.url)('emojibase-data/en/shortcodes/iamcal.json') as Record<
  string,
  string | string[]
>

const byName = new Map(
  Object.entries(shortcodes).flatMap(([code, names]) =>
    [names].flat().map((name) => [name, String.fromCodePoint(...code.split('-').map((hex) => parseInt(hex, 16)))]),
  ),
)

/** The emoji of a name, or the name between colons: of one that a team has made itself. A skin tone is left out. */
export function emojiOf(name: string): string {
  const [base = name] = name.split('::')
  return byName.get(base) ?? `:${base.slice(0, 60)}:`
}
