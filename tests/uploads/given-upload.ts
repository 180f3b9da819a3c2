import { GetObjectTaggingCommand, HeadObjectCommand, S3ServiceException } from '@aws-sdk/client-s3'
import type { S3Event } from 'aws-lambda'
import { putConnection } from '../../src/entities/connection.ts'
import { createRoom } from '../../src/entities/create-room.ts'
import { putSession } from '../../src/entities/session.ts'
import { getUpload } from '../../src/entities/upload.ts'
import type { Request } from '../../src/protocol/actions.ts'
import type { Scope } from '../../src/protocol/scopes.ts'
import { bucket } from '../../src/files/bucket-settings.ts'
import { s3 } from '../../src/files/s3-client.ts'
import { handleFileUpload } from '../../src/ws/actions/handle-file-upload.ts'
import { objectEvents, ownBucket } from '../support/own-bucket.ts'
import { unique } from '../support/runtime.ts'
import { ownSession, subscribeRows } from '../support/subscribe-rows.ts'
import { png, sendForm } from '../support/upload-form.ts'

const inAnHour = () => Math.ceil(Date.now() / 1_000) + 3_600

/** Creates a room of ada and bob, each with a connection that is subscribed to it. */
export async function roomOfTwo(): Promise<{ room: string; ada: string; bob: string; adaId: string; bobId: string }> {
  const room = unique('room')
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const members = [adaId, bobId]
  await createRoom({
    chatRoomId: room,
    roomName: 'A room',
    createdBy: adaId,
    createdAt: Date.now(),
    members,
    session: ownSession({ userId: adaId, connectionId: unique('c='), expiresAt: 1 }),
  })
  const [ada, bob] = await Promise.all(members.map((userId) => listening(room, userId)))
  return { room, ada: ada!, bob: bob!, adaId, bobId }
}

/** Adds a connection of the user, subscribed to the room. */
export async function listening(chatRoomId: string, userId: string): Promise<string> {
  const connectionId = unique('c=')
  const expiresAt = inAnHour()
  await putConnection({ connectionId, userId, lastConnectedAt: Date.now(), expiresAt })
  await putSession(ownSession({ connectionId, userId, expiresAt }))
  await subscribeRows([{ chatRoomId, connectionId, userId, joinId: 'join-1', expiresAt }])
  return connectionId
}

/** Asks for a form as the route does, by default for the PNG of one pixel. */
export async function givenForm(
  room: string,
  userId: string,
  more: Partial<Request<'handleFileUpload'>> = {},
  scopes: readonly Scope[] = [],
) {
  const { uploadId, ...form } = await handleFileUpload.handle(
    {
      action: 'handleFileUpload',
      chatRoomId: room,
      fileName: 'dot.png',
      contentType: 'image/png',
      size: png.length,
      ...more,
    },
    { userId, connectionId: 'c=', rowsExpireAt: inAnHour(), scopes: new Set(scopes) },
  )
  const upload = await getUpload(uploadId)
  if (upload === undefined) throw new Error('the upload was not kept')
  return { form, upload }
}

/** Sends the file. Returns the event that the function receives for it. */
export async function arrival(
  form: Parameters<typeof sendForm>[0],
  body: Uint8Array<ArrayBuffer> = png,
): Promise<S3Event> {
  const { status } = await sendForm(form, body)
  if (status !== 204) throw new Error(`the form was refused with ${status}`)
  await ownBucket.idle()
  return objectEvents.at(-1)!
}

/** Returns the version that the event is about. */
export const versionIn = (event: S3Event) => ({ versionId: event.Records[0]!.s3.object.versionId! })

/** Returns the tags of the object or of that version. Returns undefined if it doesn't exist. */
export async function objectAt(Key: string, VersionId?: string): Promise<{ tags: (string | undefined)[] } | undefined> {
  try {
    await s3.send(new HeadObjectCommand({ Bucket: bucket, Key, VersionId }))
    const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket: bucket, Key, VersionId }))
    return { tags: (TagSet ?? []).map((tag) => tag.Value) }
  } catch (error) {
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return undefined
    throw error
  }
}
