import type { AttributeValue, DynamoDBRecord } from 'aws-lambda'

type Image = Record<string, AttributeValue>

/** Returns the room that has just turned its presence off, according to a record; undefined for any other record. */
export function presenceOffIn({ dynamodb }: DynamoDBRecord): string | undefined {
  const { NewImage, OldImage } = dynamodb ?? {}
  if (NewImage?.__edb_e__?.S !== 'ChatRoomDetails' || !isOff(NewImage) || isOff(OldImage)) return undefined
  const chatRoomId = NewImage.ChatRoomId?.S
  if (chatRoomId === undefined) throw new Error('unable to read the record; the room has no key')
  return chatRoomId
}

const isOff = (image: Image | undefined): boolean =>
  (JSON.parse(image?.Settings?.S ?? '{}') as { presence?: boolean }).presence === false
