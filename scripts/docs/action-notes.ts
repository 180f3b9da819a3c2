import type { Action } from '../../src/protocol/actions.ts'

/** What the schema of an action doesn't say, by action. */
export const actionNotes: Partial<Record<Action, string>> = {
  sync: `The first frame of every connection. Afterwards, every message of the rooms in the reply is posted to this connection or is in the
reply, or both; none falls between.

A room left out of \`rooms\`, or one whose gap is larger than the reply allows, comes with \`recovered: false\` and no \`events\`, unless
nothing was ever said in it: then page with \`getHistory\`, from \`after\` the last \`seq\` that you have. A partial gap is never called
recovered. \`headSeq\` is the newest \`seq\` that the answer accounts for.

Rooms come a page at a time: as long as there is a \`nextCursor\`, sync again with that \`cursor\` and the same \`rooms\`; a connection is
subscribed to the rooms of the pages that it has asked for. A room of yours that no page has is one that the user is no longer a
member of.`,
  createRoom: `The creator is a member whether or not \`members\` says so. Without \`chatRoomId\` the server chooses a UUID. \`conflict\` when the id is
taken. The other members' live connections are subscribed and told by \`roomAdded\`.`,
  joinRoom: `\`room_not_found\` when there is none. A direct room (\`dm:…\`) doesn't exist for anybody but its two members. The subscription holds
when the reply arrives; \`lastSeq\`, \`recovered\` and \`events\` are as in \`sync\`.`,
  leaveRoom: `Ends the membership of the user, on all its connections. The other members are told by \`memberLeft\`; the user's
other connections aren't: they are refused with \`not_a_member\` from now on.`,
  getRoom: `Only for members: \`not_a_member\` is the answer for a room that doesn't exist as well. A room with more than 1,000 members is paged by
\`nextCursor\`.`,
  listRooms: `From an index that may lag behind by moments: a room joined just now may be missing. \`sync\` is what to rely on.`,
  sendMessage: `Give exactly one of \`chatRoomId\` and \`recipientId\`. The message reaches every connection of every member except the sending
connection: the reply is its echo.

\`recipientId\` addresses one user: the room is the direct room of the two, made at the first message, its id the same whichever of the
two writes first; its \`members\` are the two. The reply names it.

With a \`clientMessageId\` the send is idempotent for good: the same sender, room and id answers with the first message's ids and
\`duplicate: true\`, and nothing new is delivered. With other content it is a \`conflict\`. Without one, a send that is repeated is a
second message.`,
  broadcastMessage: `As \`sendMessage\` to a room, but the event goes to the sending connection too, and its \`kind\` is \`broadcast\`.`,
  typingIndicator: `Goes to the connections of every member except the typing user's own. A client repeats it at most every 3 s while the user types
(faster repeats are answered and not passed on) and may end it with \`isTyping: false\`; otherwise it ends by itself at \`expiresAt\`,
without an event.`,
  getHistory: `With \`after\` the page starts there; otherwise it ends at \`before\`, or at the newest message. \`hasMore\` says whether there is more in
that direction: go on with \`after\` the last, or \`before\` the first \`seq\` of the page. Go on by \`hasMore\`, never by the page's length:
a page also ends where the reply would outgrow a WebSocket message. A number that a page passes over is a hole, and final.`,
  handleFileUpload: `The reply is a form to be sent to \`url\` as \`multipart/form-data\`: \`fields\` unchanged, and the bytes as the last field, \`file\`. See
[Files](#files).`,
  getFileUrl: `For a message of kind \`file\`, when its \`fileUrl\` has expired or is about to.`,
  ping: `Any frame resets the idle timer of 10 minutes; WebSocket pings don't. A client that has nothing to say pings every 9 minutes or
sooner.`,
}
