import { erasedAmong } from '../entities/erasure.ts'
import { type Aside, mentionsIn } from '../entities/message.ts'
import type { Request } from '../protocol/actions.ts'
import { defined } from '../protocol/defined.ts'
import { metadataText } from './metadata-text.ts'

type Given = Pick<
  Request<'broadcastMessage'>,
  'replyTo' | 'threadId' | 'inRoom' | 'mentions' | 'mentionRoom' | 'metadata'
>

/**
 * Returns what the sender gave beside the content, without values that have no effect. Users can't mention themselves.
 */
export function asideOf(given: Given, senderId: string): Aside {
  const { replyTo, threadId, metadata } = given
  const mentions = othersOf(given.mentions ?? [], senderId)
  return {
    ...defined({ replyTo, threadId, metadata: metadataText(metadata) }),
    ...(mentions.length > 0 && { mentions: JSON.stringify(mentions) }),
    ...(given.inRoom === true && { inRoom: true }),
    ...(given.mentionRoom === true && { mentionsRoom: true }),
  }
}

/** Returns the mentioned users without the sender. */
export const othersOf = (mentions: readonly string[], senderId: string): string[] =>
  mentions.filter((userId) => userId !== senderId)

/**
 * Returns what is to be written, without mentions of users who were erased. Call it only once the sender may write.
 * AP145 if anybody is mentioned.
 */
export async function withoutErased<A extends Aside>(written: A): Promise<A> {
  const mentions = mentionsIn(written)
  const left = await notErased(mentions)
  if (left.length === mentions.length) return written
  const { mentions: _, ...rest } = written
  return { ...rest, ...(left.length > 0 && { mentions: JSON.stringify(left) }) } as A
}

/**
 * Returns those of these users whom a message may mention. AP145 if there are any, eventually consistent at half the
 * cost: the erasure's job runs a minute later and finds what is written in the second after the erasure.
 */
export async function notErased(mentions: readonly string[]): Promise<string[]> {
  const erased = await erasedAmong(mentions, { consistent: false })
  return mentions.filter((userId) => !erased.has(userId))
}
