/** `Ada is typing`, `Ada and Bob are typing`, `Several people are typing`; empty when nobody is. */
export function typingSentence(names: readonly string[]): string {
  const [first, second] = names
  if (first === undefined) return ''
  if (second === undefined) return `${first} is typing`
  return names.length === 2 ? `${first} and ${second} are typing` : 'Several people are typing'
}
