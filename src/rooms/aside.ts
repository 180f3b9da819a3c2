import { erasedAmong } from '../entities/erasure.ts'
import type { Aside } from '../entities/message.ts'
import type { Request } from '../protocol/actions.ts'
import { defined } from '../protocol/defined.ts'
import { metadataText } from './metadata-text.ts'

type Given = Pick<
  Request<'broadcastMessage'>,
  'replyTo' | 'threadId' | 'inRoom' | 'mentions' | 'mentionRoom' | 'metadata'
>

/** What a sender gave beside the content, without what says nothing. AP145 when somebody is mentioned. */
export async function asideOf(given: Given, senderId: string): Promise<Aside> {
  const { replyTo, threadId, metadata } = given
  const mentions = await mentionedOf(given.mentions ?? [], senderId)
  return {
    ...defined({ replyTo, threadId, metadata: metadataText(metadata) }),
    ...(mentions.length > 0 && { mentions: JSON.stringify(mentions) }),
    ...(given.inRoom === true && { inRoom: true }),
    ...(given.mentionRoom === true && { mentionsRoom: true }),
  }
}

/**
 * Whom a sender mentions: never they themselves, and nobody who was erased. AP145 when there is somebody, at half the
 * price: what is written in the second after the erasure the job finds, a minute later.
 */
export async function mentionedOf(mentions: readonly string[], senderId: string): Promise<string[]> {
  const others = mentions.filter((userId) => userId !== senderId)
  const erased = await erasedAmong(others, { consistent: false })
  return others.filter((userId) => !erased.has(userId))
}
