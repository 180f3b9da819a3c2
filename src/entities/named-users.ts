/** How the rows of an entity name users. The erasure of a user goes by this. */
interface Named {
  /** Fields with the users that the row belongs to. It makes no sense without them, and is deleted with them. */
  owners?: readonly string[]
  /** The row belongs to the user whose id is in the sort key, before the last `#`. */
  inPlace?: true
  /** The row belongs to the user of its partition, `<word>#<UserId>`; no field has the id. */
  partition?: string
  /**
   * The field with the user who wrote the message that the row is about. If that message is deleted, the row is too;
   * otherwise the field gets the id that stands for the user.
   */
  speaker?: string
  /** Fields with other users. They get the id that stands for an erased user. */
  others?: readonly string[]
  /** There are user ids inside other fields too, which `src/janitor/forget-row.ts` knows. */
  within?: true
}

/**
 * How the rows of each entity name users, with the fields' names in the table. A new entity must be added here:
 * `tests/entities/named-users.test.ts` fails otherwise.
 */
export const namedUsers: Readonly<Record<string, Named>> = {
  Audit: { others: ['By', 'UserId', 'Via'] },
  Ban: { owners: ['UserId'], others: ['By'] },
  Block: { owners: ['UserId', 'BlockedId'] },
  Change: { within: true },
  ChangeHead: {},
  ChatRoom: { others: ['CreatedBy'], within: true },
  ChatRoomDetails: {},
  Connection: { owners: ['UserId'] },
  FanOutTask: { within: true },
  Invite: { others: ['By'] },
  // Open jobs about a user are done first, and finished jobs name no users.
  Job: {},
  Membership: { owners: ['UserId'], others: ['AddedBy'] },
  Mention: { owners: ['UserId'], speaker: 'SenderId' },
  Message: { others: ['DeletedBy', 'PinnedBy', 'Via'], within: true },
  PendingUpload: { owners: ['UserId'] },
  // These are words of messages. A name may be one of them; it is removed with the messages.
  Posting: {},
  Present: { inPlace: true },
  RateWindow: { owners: ['UserId'] },
  Reaction: { owners: ['UserId'] },
  RoomSize: {},
  RoomState: { partition: 'state' },
  SendGuard: { owners: ['SenderId'] },
  Session: { owners: ['UserId'] },
  SlowMode: { owners: ['UserId'] },
  Subscription: { owners: ['UserId'] },
  ThreadReply: { speaker: 'SenderId' },
  Typing: { owners: ['UserId'] },
  Upload: { speaker: 'UploaderId', others: ['Via'], within: true },
  // The record of the erasure is a `User` itself, so the row has no owner here.
  User: { others: ['BlockedBy'] },
  UserConnection: { partition: 'user' },
  UserRoom: { partition: 'user' },
}
