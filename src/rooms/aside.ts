import type { Aside } from '../entities/message.ts'
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
