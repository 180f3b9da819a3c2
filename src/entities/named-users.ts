/** Where the rows of an entity name users. */
interface Named {
  /** Whose row it is: without them it has no sense, and goes with them. */
  owners?: readonly string[]
  /** It is theirs whose id stands in the sort key, before the last `#`. */
  inPlace?: true
  /** The partition is theirs: `<word>#<UserId>`, and no field has the id. */
  partition?: string
  /** Who has said what it is about: it goes when that is deleted, else somebody else's name stands there. */
  speaker?: string
  /** Who else had to do with it: somebody else's name stands there. */
  others?: readonly string[]
  /** Names stand inside other fields too: `src/janitor/forget-row.ts` knows how. */
  within?: true
}

/**
 * What the rows of each entity say of users, by the fields' names in the table. An entity that is added has to say it
 * here: `tests/entities/named-users.test.ts`.
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
  // A job about a user is done before; those that are done say nothing of users.
  Job: {},
  Membership: { owners: ['UserId'], others: ['AddedBy'] },
  Mention: { owners: ['UserId'], speaker: 'SenderId' },
  Message: { others: ['DeletedBy', 'PinnedBy', 'Via'], within: true },
  PendingUpload: { owners: ['UserId'] },
  // Words of messages, in which a name may be one: they go with the messages.
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
  // The record of the erasure is a `User`.
  User: { others: ['BlockedBy'] },
  UserConnection: { partition: 'user' },
  UserRoom: { partition: 'user' },
}
