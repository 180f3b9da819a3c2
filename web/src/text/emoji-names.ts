import names from 'emojibase-data/en/shortcodes/github.json' with { type: 'json' }

/** An emoji and its name between colons, as on GitHub and in Slack. */
export interface NamedEmoji {
  emoji: string
  name: string
}

/** Some characters are shown as text unless a variation selector asks for the emoji. */
const asPicture = (emoji: string): string => (/^\P{Emoji_Presentation}$/u.test(emoji) ? `${emoji}\uFE0F` : emoji)

const emojiOf = (code: string): string =>
  asPicture(String.fromCodePoint(...code.split('-').map((point) => Number.parseInt(point, 16))))

const all: NamedEmoji[] = Object.entries(names as Record<string, string | string[]>).flatMap(([code, called]) =>
  [called].flat().map((name) => ({ emoji: emojiOf(code), name })),
)

/** Returns the emoji with exactly this name. */
export const emojiCalled = (name: string): string | undefined => all.find((one) => one.name === name)?.emoji

/** Returns emoji whose names contain the query: first those that begin with it, then the shortest names. */
export function emojiLike(query: string, most: number): NamedEmoji[] {
  const rank = ({ name }: NamedEmoji) => (name.startsWith(query) ? 0 : name.includes(`_${query}`) ? 1 : 2)
  const seen = new Set<string>()
  return all
    .filter(({ name }) => name.includes(query))
    .sort((a, b) => rank(a) - rank(b) || a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
    .filter(({ emoji }) => !seen.has(emoji) && seen.add(emoji))
    .slice(0, most)
}
