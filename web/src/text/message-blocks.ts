/** A part of a message: text as it was written, or code between fences or backticks, shown without them. */
export interface Block {
  kind: 'text' | 'code-block' | 'code'
  text: string
}

/** A fence with an optional name of a language, or backticks within a line. */
const CODE = /^```[^\S\n]*[\w+#.-]*[^\S\n]*\n([^]*?)\n?```[^\S\n]*(?:\n|$)|```(?!`)([^]+?)```|`([^`\n]+)`/gm

/** Finds the code in a message. What isn't closed stays text. */
export function blocksOf(content: string): Block[] {
  const blocks: Block[] = []
  let end = 0
  for (const match of content.matchAll(CODE)) {
    const [all, fenced, tripled, inline] = match
    const before = content.slice(end, match.index)
    const isBlock = inline === undefined
    // The line break before a block is the block's own.
    if (before !== '') blocks.push({ kind: 'text', text: isBlock ? before.replace(/\n$/, '') : before })
    blocks.push({ kind: isBlock ? 'code-block' : 'code', text: fenced ?? tripled ?? inline ?? '' })
    end = match.index + all.length
  }
  if (end < content.length) blocks.push({ kind: 'text', text: content.slice(end) })
  return blocks.filter(({ text }) => text !== '')
}
