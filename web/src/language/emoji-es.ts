export { default as emojis } from 'emojibase-data/es/data.json' with { type: 'json' }
export { default as messages } from 'emojibase-data/es/messages.json' with { type: 'json' }
