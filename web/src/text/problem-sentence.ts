/** A wrong field of a request, as the server reports it. */
interface Problem {
  /** `roomName`, `members.3` */
  path: string
  /** `is longer than 128 characters` */
  problem: string
}

export const TOO_LARGE = 'That is larger than the chat takes.'
export const TYPE_REFUSED = 'Files of this type are not accepted.'

const fields: Record<string, string> = {
  caption: 'The text with the file',
  chatRoomId: 'The id of the room',
  content: 'The message',
  fileName: 'The name of the file',
  imageUrl: 'The address of the picture',
  invite: 'The invite',
  members: 'The list of members',
  prefix: 'The beginning of the name',
  reason: 'The reason',
  recipientId: 'The name',
  roomName: 'The name of the room',
  size: 'The file',
  topic: 'The topic',
  userId: 'The name',
  userIds: 'The list of names',
}

/** The schema library's words, which are for programmers, and ours. */
const words: [RegExp, string][] = [
  [/^Too big: expected array to have <=(\d+) items$/, 'has more than $1 names'],
  [/^Too small: .* >=?[01]\b.*$/, 'is empty'],
  [/^is not an id for a room$/, 'cannot be used'],
]

/** Returns a sentence for each field that a person can correct; undefined when there is none. */
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
