/** What is wrong where in a request, as the server says it. */
interface Problem {
  /** `roomName`, `members.3` */
  path: string
  /** `is longer than 128 characters` */
  problem: string
}

export const TYPE_REFUSED = 'Files of this type are not accepted.'

const fields: Record<string, string> = {
  caption: 'The text with the file',
  chatRoomId: 'The id of the room',
  content: 'The message',
  fileName: 'The name of the file',
  members: 'The list of members',
  recipientId: 'The name',
  roomName: 'The name of the room',
  size: 'The file',
}

/** The schema library's own words, which are for programmers. */
const words: [RegExp, string][] = [
  [/^Too big: expected array to have <=(\d+) items$/, 'has more than $1 names'],
  [/^Too small: .* >=?[01]\b.*$/, 'is empty'],
  [/^is not an id for a room$/, 'cannot be used'],
]

/** A sentence for each field that a person can mend; nothing when there is none. */
export function problemSentence(problems: readonly Problem[]): string | undefined {
  const sentences = problems.flatMap(({ path, problem }) => {
    const [field = '', index] = path.split('.')
    if (field === 'contentType') return TYPE_REFUSED
    const name = index === undefined ? fields[field] : `The name of member ${Number(index) + 1}`
    return name === undefined ? [] : `${name} ${inWords(problem)}.`
  })
  return sentences.length === 0 ? undefined : [...new Set(sentences)].join(' ')
}

const inWords = (problem: string): string =>
  words.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), problem)
