interface Pasted {
  /** The formats in the clipboard: `text/plain`, `vscode-editor-data`. */
  types: readonly string[]
  getData(format: string): string
}

const FENCE = '```'

/** Matches a line that looks like code: it is indented, or begins or ends like a line of code. */
const CODE_LINE =
  /^(?:\t| {2,})\S|[;{}]\s*$|^\s*(?:[})\]<@#]|\/\/|(?:import|export|const|let|var|def|class|return|if|for|fn|func|public)\b)/

/** A text with fewer lines isn't taken for code. */
const LEAST_LINES = 3

/** A text with a smaller share of such lines is taken for prose. */
const MOSTLY = 0.6

/**
 * Returns pasted code as a code block, so that it keeps its line breaks and indents. Returns undefined for other text,
 * for a single line, and if the caret is in a code block already.
 *
 * @param before the text before the caret
 */
export function pastedCode(clipboard: Pasted, before: string): string | undefined {
  const text = clipboard
    .getData('text/plain')
    .replaceAll('\r\n', '\n')
    .replace(/^\n+|\s+$/g, '')
  if (!text.includes('\n') || text.includes(FENCE) || before.split(FENCE).length % 2 === 0) return undefined
  const isFromEditor =
    clipboard.types.includes('vscode-editor-data') || /<(?:pre|code)[\s>]/i.test(clipboard.getData('text/html'))
  if (!isFromEditor && !looksLikeCode(text)) return undefined
  return `${before === '' || before.endsWith('\n') ? '' : '\n'}${FENCE}\n${text}\n${FENCE}\n`
}

function looksLikeCode(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.length >= LEAST_LINES && lines.filter((line) => CODE_LINE.test(line)).length >= MOSTLY * lines.length
}
