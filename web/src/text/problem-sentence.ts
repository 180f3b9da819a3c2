import { numberText } from '../language/locale.ts'
import { type Words, words } from '../language/words.ts'

/** A wrong field of a request, as the server reports it. */
interface Problem {
  /** `roomName`, `members.3` */
  path: string
  /** `is longer than 128 characters` */
  problem: string
}

/** The messages of the schema library, which are meant for programmers, with the page's own words for them. */
const kinds: [RegExp, keyof Words['problems']][] = [
  [/^is longer than (\d+) /, 'tooLong'],
  [/^Too big: expected array to have <=(\d+) items$/, 'tooMany'],
  [/^Too small: .* >=?[01]\b.*$/, 'empty'],
  [/^is not an id for a room$/, 'unfit'],
]

/** Returns a sentence for each field that the user can correct, or undefined if there is none. */
export function problemSentence(problems: readonly Problem[]): string | undefined {
  const sentences = problems.flatMap(({ path, problem }) => {
    const [field = '', index] = path.split('.')
    if (field === 'contentType') return words.typeRefused
    const name =
      index !== undefined
        ? words.memberName(Number(index) + 1)
        : Object.hasOwn(words.fields, field)
          ? words.fields[field as keyof Words['fields']]
          : undefined
    return name === undefined ? [] : words.fieldIs(name, inWords(problem))
  })
  return sentences.length === 0 ? undefined : [...new Set(sentences)].join(' ')
}

function inWords(problem: string): string {
  const { tooLong, tooMany, empty, unfit, other } = words.problems
  for (const [pattern, kind] of kinds) {
    const found = pattern.exec(problem)
    if (!found) continue
    const most = numberText(Number(found[1]))
    return {
      tooLong: () => tooLong(problem, most),
      tooMany: () => tooMany(most),
      empty: () => empty,
      unfit: () => unfit,
      other: () => other(problem),
    }[kind]()
  }
  return other(problem)
}
