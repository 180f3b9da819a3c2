/** The part of a `DataTransfer` that is used here. */
interface Clipboard {
  files: Iterable<File>
  getData(format: string): string
}

/**
 * Returns the files to take from the clipboard, or none if the user wants to paste the text. Office programs add a
 * picture to the text that is copied. File managers add the names or paths to the files that are copied.
 */
export function pastedFiles(clipboard: Clipboard): File[] {
  const files = [...clipboard.files]
  const lines = clipboard.getData('text/plain').split(/\r?\n/)
  const isText = lines.some((line) => line.trim() !== '' && !files.some(({ name }) => isNameOf(name, line.trim())))
  return isText && files.every(({ type }) => type.startsWith('image/')) ? [] : files
}

/** Whether a line is the name of a file, with or without its path. */
function isNameOf(name: string, line: string): boolean {
  const last = line.split(/[/\\]/).at(-1) ?? ''
  return last === name || last === encodeURIComponent(name)
}
