interface Pasted {
  /** What the clipboard has: `text/plain`, `vscode-editor-data`. */
  types: readonly string[]
  getData(format: string): string
}

const FENCE = '```'

/** A line of code: it is indented, or ends or begins like one. */
const CODE_LINE =
  /^(?:\t| {2,})\S|[;{}]\s*$|^\s*(?:[})\]<@#]|\/\/|(?:import|export|const|let|var|def|class|return|if|for|fn|func|public)\b)/

/** Fewer lines may be anything. */
const LEAST_LINES = 3

/** In a text that has more of other lines, people speak. */
const MOSTLY = 0.6

/**
 * Returns pasted code as a block of code, so that it keeps its lines and indents; `undefined` for any other text, for
 * a single line, and for what is pasted into a block.
 *
 * @param before the text before the place where it is pasted
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
