import { erasedAmong } from '../entities/erasure.ts'
import { type Aside, mentionsIn } from '../entities/message.ts'
import type { Request } from '../protocol/actions.ts'
import { defined } from '../protocol/defined.ts'
import { metadataText } from './metadata-text.ts'

type Given = Pick<
  Request<'broadcastMessage'>,
  'replyTo' | 'threadId' | 'inRoom' | 'mentions' | 'mentionRoom' | 'metadata'
>

/** What a sender gave beside the content, without what says nothing: whom they mention is never they themselves. */
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

export const othersOf = (mentions: readonly string[], senderId: string): string[] =>
  mentions.filter((userId) => userId !== senderId)

/**
 * What is to be written, mentioning nobody who was erased. It is asked of who may write only: AP145 when they mention
 * somebody.
 */
export async function withoutErased<A extends Aside>(written: A): Promise<A> {
  const mentions = mentionsIn(written)
  const left = await notErased(mentions)
  if (left.length === mentions.length) return written
  const { mentions: _, ...rest } = written
  return { ...rest, ...(left.length > 0 && { mentions: JSON.stringify(left) }) } as A
}

/**
 * Whom of these a message may mention. AP145 when there is somebody, at half the price: what is written in the second
 * after the erasure the job finds, a minute later.
 */
export async function notErased(mentions: readonly string[]): Promise<string[]> {
  const erased = await erasedAmong(mentions, { consistent: false })
  return mentions.filter((userId) => !erased.has(userId))
}
