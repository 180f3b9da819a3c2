import data from 'emojibase-data/en/data.json' with { type: 'json' }
import messages from 'emojibase-data/en/messages.json' with { type: 'json' }
import { type EmojiData, EmojiPicker } from 'frimousse'
import { words } from '../language/words.ts'

/** Components of emoji that aren't emoji themselves. */
const COMPONENTS = 2

/** The page's own copy of the data, so that no other server is contacted. */
const emojiData = (): EmojiData => ({
  locale: 'en',
  skinTones: words.skinTones,
  categories: messages.groups
    .filter(({ order }) => order !== COMPONENTS)
    .map(({ message, order }) => ({ label: message, index: order })),
  emojis: data.flatMap(({ emoji, group, label, version, tags = [] }) =>
    group === undefined || group === COMPONENTS ? [] : [{ emoji, category: group, label, version, tags }],
  ),
})

/** ARIA counts from 1, the library from 0. */
const counted = (index: number | undefined): number => (index ?? 0) + 1

/** All emoji, by category, with a search. */
export function EmojiChoice({ onChoose }: { onChoose: (emoji: string) => void }) {
  return (
    <EmojiPicker.Root
      className="all-emoji"
      columns={8}
      resolveEmojiData={emojiData}
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
