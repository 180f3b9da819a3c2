import { type EmojiData, EmojiPicker } from 'frimousse'
import type * as english from '../language/emoji-en.ts'
import type { Language } from '../language/language-choice.ts'
import { words } from '../language/words.ts'
import { useLanguage } from './use-language.ts'
import { useLoaded } from './use-loaded.ts'

/** Components of emoji that aren't emoji themselves. */
const COMPONENTS = 2

type Names = typeof english

/** The page's own copies, so that no other server is contacted. Emojibase has none in Arabic. */
const load: Record<Language, () => Promise<Names>> = {
  en: () => import('../language/emoji-en.ts'),
  de: () => import('../language/emoji-de.ts'),
  es: () => import('../language/emoji-es.ts'),
  ja: () => import('../language/emoji-ja.ts'),
  ar: () => import('../language/emoji-en.ts'),
}

const emojiData = ({ emojis, messages }: Names): EmojiData => ({
  locale: 'en',
  skinTones: words.skinTones,
  categories: messages.groups
    .filter(({ order }) => order !== COMPONENTS)
    .map(({ message, order }) => ({ label: message, index: order })),
  emojis: emojis.flatMap(({ emoji, group, label, version, tags = [] }) =>
    group === undefined || group === COMPONENTS ? [] : [{ emoji, category: group, label, version, tags }],
  ),
})

/** ARIA counts from 1, the library from 0. */
const counted = (index: number | undefined): number => (index ?? 0) + 1

/** All emoji, by category, with a search by their names in the page's language. */
export function EmojiChoice({ onChoose }: { onChoose: (emoji: string) => void }) {
  const names = useLoaded(load[useLanguage()])
  if (names === undefined) return <p className="soft">{words.loadingEmoji}</p>
  if (names === 'failed') return <p className="soft">{words.emojiNotLoaded}</p>
  return (
    <EmojiPicker.Root
      className="all-emoji"
      columns={8}
      resolveEmojiData={() => emojiData(names)}
      onEmojiSelect={({ emoji }) => onChoose(emoji)}
    >
      <EmojiPicker.Search
        className="emoji-search"
        aria-label={words.searchEmoji}
        placeholder={words.search}
        autoFocus={false}
      />
      <EmojiPicker.Viewport className="emoji-viewport">
        <EmojiPicker.Loading className="soft">{words.loading}</EmojiPicker.Loading>
        <EmojiPicker.Empty className="soft">{words.nothingCalledThat}</EmojiPicker.Empty>
        <EmojiPicker.List
          components={{
            CategoryHeader: ({ category, ...props }) => (
              <div {...props} className="emoji-category">
                {category.label}
              </div>
            ),
            Row: ({ children, ...props }) => (
              <div {...props} className="emoji-row" aria-rowindex={counted(props['aria-rowindex'])}>
                {children}
              </div>
            ),
            Emoji: ({ emoji, ...props }) => (
              <button
                {...props}
                type="button"
                className="emoji"
                aria-colindex={counted(props['aria-colindex'])}
                data-active={emoji.isActive || undefined}
              >
                {emoji.emoji}
              </button>
            ),
          }}
        />
      </EmojiPicker.Viewport>
    </EmojiPicker.Root>
  )
}
