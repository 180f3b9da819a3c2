import { type RefObject, useEffect } from 'react'
import { words } from '../language/words.ts'
import { emojiBeing } from '../text/emoji-being.ts'
import { type Completion, useCompletion } from './use-completion.tsx'
import { useLoaded } from './use-loaded.ts'

const loadNames = () => import('../text/emoji-names.ts')

/** How many emoji are offered at once. */
const OFFERED = 8

/** Offers emoji while the user writes a name after a colon. A full name between two colons is replaced at once. */
export function useEmojiNames(
  field: RefObject<HTMLTextAreaElement | null>,
  text: string,
  write: (text: string) => void,
): Completion {
  const being = emojiBeing(text, field.current?.selectionStart ?? text.length)
  const names = useLoaded(being ? loadNames : undefined)
  const offer = (query: string) =>
    typeof names !== 'object'
      ? []
      : names.emojiLike(query, OFFERED).map(({ emoji, name }) => ({
          key: name,
          insert: emoji,
          view: (
            <>
              <span aria-hidden="true">{emoji}</span>
              <span className="ellipsis">:{name}:</span>
            </>
          ),
        }))
  const completion = useCompletion({ field, text, write, sign: ':', label: words.media.emoji, being, offer })
  const { isDismissed, complete } = completion
  const whole = being?.query.endsWith(':') && !isDismissed ? being.query.slice(0, -1).toLowerCase() : undefined
  const meant = whole !== undefined && typeof names === 'object' ? names.emojiCalled(whole) : undefined
  useEffect(() => {
    if (meant !== undefined && being) complete(meant, being)
    // A name is replaced once only.
  }, [meant])
  return completion
}
