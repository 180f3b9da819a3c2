/**
 * The integration tests that a deployed stack can pass: by file, the names as they are written in it. The other tests
 * run against the local runtime only, because they
 * - read the table, disturb the stream, the posts or the bucket, or start a stack with settings of their own;
 * - use the issuer's key, or choose how long a token is valid;
 * - compare the server's clock with their own;
 * - list a user's rooms right after they were created: on AWS the index follows the table with a short delay;
 * - choose a room's id, which Terraform's defaults allow to backends only;
 * - expect events of several rooms, which may be on several shards, in the order of the requests.
 */
export const selection: Readonly<Record<string, readonly string[]>> = {
  'tests/integration/create-room.integration.test.ts': [
    'a room without an id is given one of its own',
    'a hundred and one members beside the creator are too many',
  ],
  'tests/integration/history.integration.test.ts': ['history shows a message as its event did'],
  'tests/integration/idempotency.integration.test.ts': [
    'a retry after a reconnect, and from another connection, is the same message',
    'a retry to a user is the same message, in the same direct room',
    'the same clientMessageId with other content is a conflict, and the first message stays',
    'the same clientMessageId of another sender, in another room or in another case is another message',
    'a retry by one who has left the room meanwhile is refused',
    'without a clientMessageId the same content is another message',
  ],
  'tests/integration/join-and-leave.integration.test.ts': [
    'the others are told once who joined, and joining again tells nobody',
    'a user’s other connections are subscribed by a join, and told of the room',
    'a room that does not exist cannot be joined',
    'the direct room of two others does not exist for a third, and its two may join it',
    'a connection that subscribed after the others is unsubscribed by a leave as well',
    'whoever comes back hears the room again, on every connection, and gets what was said meanwhile',
    'leaving and coming back in quick turns ends subscribed, on every connection',
    'coming back and leaving in quick turns ends in silence, on every connection',
    'users join and leave a group while it talks: each hears all of its own time, and those who stay hear all',
    'leaving a room that one is not in, or that does not exist, is refused alike',
    'a room whose last member has left can be joined again, with its history',
  ],
  'tests/integration/messages.integration.test.ts': [
    'a message reaches every connection of every member except the sending one',
    'a broadcast reaches every connection of every member, the sending one too, and says that it is one',
    'a message without a clientMessageId has none in its event',
    'content arrives and is kept as it was sent: %s',
    'a message to a user goes to the direct room of the two, and the recipient’s answer to the same room',
    'the direct room is the same whichever of the two writes first',
    'two who write to each other at the same moment share one room and hear each other',
    'direct rooms of users whose ids could be confused are different rooms',
    'a message to an offline user waits in the room that its sync finds',
    'a message to oneself reaches one’s other connections',
    'whoever has left a direct room is back in it with the next message of either',
    'fifty sends of five clients at once are numbered 1 to 50, and everybody hears them',
  ],
  'tests/integration/rooms.integration.test.ts': [
    'getRoom tells those outside the same, whether or not the room exists',
    'a cursor forged to %j moves the start within what the user may read, or is refused',
    'a cursor %j that was never given out is refused',
  ],
  'tests/integration/sync.integration.test.ts': [
    'a gap comes whole and in order, the same as it went to those who were there',
    'whoever comes back while others write gets every message once, by the reply or live',
    'a second sync on the same connection changes nothing for it',
  ],
  'tests/integration/typing.integration.test.ts': [
    'a repeat within 5 s is answered with the same expiresAt and told to nobody',
    'the end of typing is told at once, and only after a beginning',
    'whoever is not in the room cannot be seen typing there',
    'a userId that is the own one is accepted',
  ],
  'tests/integration/uploads.integration.test.ts': [
    'texts and files of a room share its numbers',
    'history, sync, joinRoom and getFileUrl give out URLs that work, for a file that was missed',
    'only members get a form or a URL, and only for a message that has a file',
    'the name %j is kept as it is, and never part of a key',
    '%s is only offered for saving',
  ],
}

const PLACEHOLDER = /%[a-z]/g

/**
 * Returns a pattern that matches the full names of the selected tests of these files. A parameter in a name matches any
 * text.
 */
export function namePattern(files: Iterable<string>): RegExp {
  const names = [...files].flatMap((file) => selection[file] ?? [])
  const alternatives = names.map((name) => name.split(PLACEHOLDER).map(escaped).join('.*'))
  return new RegExp(`^(?:${alternatives.join('|')})$`, 's')
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
