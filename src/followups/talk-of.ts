import type { AttributeValue, DynamoDBRecord } from 'aws-lambda'
import type { Mentioning } from '../entities/mention.ts'
import type { Moves } from '../rooms/keep-member-count.ts'

/** What a record means for a thread: a reply was added or deleted, or the thread's root has changed. */
export interface ThreadWork {
  chatRoomId: string
  threadId: string
  replyId?: string
}

/**
 * What a record means for the mentions in a message. `named` are the users who are mentioned only before or only after
 * it.
 */
export interface MentionWork extends Omit<Mentioning, 'senderId'> {
  named: string[]
}

type Image = Record<string, AttributeValue>

/**
 * Returns what a record of a message means for its thread; undefined if it means nothing. A root is counted again when
 * it is deleted, because the deletion may have written an outdated count, or none.
 */
export function threadWorkOf({ eventName, dynamodb }: DynamoDBRecord): ThreadWork | undefined {
  const { NewImage, OldImage } = dynamodb ?? {}
  const image = (NewImage ?? OldImage) as Image | undefined
  if (image === undefined || !isMessage(image)) return undefined
  const [chatRoomId, messageId] = [image.ChatRoomId?.S, image.MessageId?.S]
  if (chatRoomId === undefined || messageId === undefined) throw noKey()
  const threadId = image.ThreadId?.S
  const isNews = eventName !== 'MODIFY' || wasDeleted(NewImage, OldImage)
  if (isNews && threadId !== undefined) return { chatRoomId, threadId, replyId: messageId }
  const isRoot = image.Thread !== undefined || OldImage?.Thread !== undefined
  return eventName === 'MODIFY' && isNews && isRoot ? { chatRoomId, threadId: messageId } : undefined
}

/** Returns what a record of a message means for its mentions; undefined if they have not changed. */
export function mentionWorkOf({ dynamodb }: DynamoDBRecord): MentionWork | undefined {
  const { NewImage, OldImage } = dynamodb ?? {}
  const image = (NewImage ?? OldImage) as Image | undefined
  if (image === undefined || !isMessage(image) || NewImage?.Mentions?.S === OldImage?.Mentions?.S) return undefined
  const [chatRoomId, messageId] = [image.ChatRoomId?.S, image.MessageId?.S]
  if (chatRoomId === undefined || messageId === undefined) throw noKey()
  const [now, before] = [NewImage, OldImage].map((one) => JSON.parse(one?.Mentions?.S ?? '[]') as string[])
  const both = new Set(now!.filter((userId) => before!.includes(userId)))
  const named = [...new Set([...now!, ...before!])].filter((userId) => !both.has(userId))
  return { chatRoomId, messageId, timestamp: Number(image.Timestamp?.N), named }
}

/** Returns the membership that has ended, according to a record. */
export function departureOf({
  eventName,
  dynamodb,
}: DynamoDBRecord): { chatRoomId: string; userId: string } | undefined {
  const image = dynamodb?.OldImage
  if (eventName !== 'REMOVE' || image?.__edb_e__?.S !== 'Membership') return undefined
  const [chatRoomId, userId] = [image.ChatRoomId?.S, image.UserId?.S]
  if (chatRoomId === undefined || userId === undefined) throw noKey()
  return { chatRoomId, userId }
}

/**
 * Returns what a record means for the number of a room's members: that one has joined or left. A change of the details
 * counts too, though nobody has moved: it may have made the room public, or written a number that was outdated by then.
 */
export function movesOf({ eventName, dynamodb }: DynamoDBRecord): Moves | undefined {
  const { NewImage, OldImage } = dynamodb ?? {}
  const image = (NewImage ?? OldImage) as Image | undefined
  const [entity, chatRoomId] = [image?.__edb_e__?.S, image?.ChatRoomId?.S]
  const moves = { joined: Number(eventName === 'INSERT'), left: Number(eventName === 'REMOVE') }
  // Founding members are in the number that the room was created with.
  const isMove = entity === 'Membership' && eventName !== 'MODIFY' && !(moves.joined && image?.Founding !== undefined)
  const isChange = entity === 'ChatRoomDetails' && Number(NewImage?.Version?.N ?? 0) > Number(OldImage?.Version?.N ?? 0)
  if (!isMove && !isChange) return undefined
  if (chatRoomId === undefined) throw noKey()
  return { chatRoomId, ...(isMove ? moves : { joined: 0, left: 0 }) }
}

const isMessage = (image: Image): boolean => image.__edb_e__?.S === 'Message'

const wasDeleted = (now: Image | undefined, before: Image | undefined): boolean =>
  now?.Kind?.S === 'deleted' && before?.Kind?.S !== 'deleted'

const noKey = () => new Error('unable to read the record; it has no key')
