export { default as emojis } from 'emojibase-data/ja/data.json' with { type: 'json' }
export { default as messages } from 'emojibase-data/ja/messages.json' with { type: 'json' }
