/**
 * Splits a command line into words: at spaces, except between quotes. No shell is involved.
 *
 * @throws Error if it is empty
 */
export function commandWords(command: string): string[] {
  const words = [...command.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, (_, double: string | undefined, single: string) => double ?? single),
  )
  if (words.length === 0) throw new Error('unable to run the token command; it is empty')
  return words
}
