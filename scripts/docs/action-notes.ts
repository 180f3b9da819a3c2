import type { Action } from '../../src/protocol/actions.ts'

/** Notes on the actions, beyond what their schemas say. */
export const actionNotes: Partial<Record<Action, string>> = {
  sync: `The first frame of every connection. From then on, every message of the rooms in the reply is in the reply, or
posted to this connection, or both. None is lost between the two.

A room that you leave out of \`rooms\`, or whose gap doesn't fit into the reply, has \`recovered: false\` and no
\`events\`, unless it has no messages at all. Page with \`getHistory\` then, \`after\` the last \`seq\` that you have. A
part of a gap never counts as recovered. \`headSeq\` is the newest \`seq\` that the reply accounts for.

A connection keeps the session of its first \`sync\`: later ones, and the pages of a \`cursor\`, need not name it, and
one that names another fails with \`invalid_request\`.

The rooms are paged: as long as there is a \`nextCursor\`, send \`sync\` again with that \`cursor\` and the same
\`rooms\`. A connection is subscribed to the rooms of the pages that it has requested. If no page has a room that you
know, the user is no longer a member of it. When the server is overloaded, a page may have few rooms or none, and still
a \`nextCursor\`.

Of a server that has the feature \`partialSync\`, a client may ask for less. With \`limit\` a page has fewer rooms. With
\`only\` the reply has the named rooms that the user is in, in that order, and no others; the pages from its
\`nextCursor\` on have the rest, and leave out those that the reply had. So a client can have the rooms on the screen
first. \`only\` may be the first frame, with the \`sessionId\`, or come between two pages, with the \`cursor\`. A room
that is missing in such a reply isn't left: only the pages tell that. Without \`rooms\` a reply has no events; page with
\`getHistory\` and a small \`limit\` where the link is slow.`,
  createRoom: `The creator is a member even if \`members\` doesn't list them. Without \`chatRoomId\` the server chooses
a UUID. Fails with \`conflict\` if the id is taken, by the caller too: who has lost the reply finds \`createdBy\` by
\`getRoom\`. The other members' live connections are subscribed and receive
\`roomAdded\`. Who has blocked the caller, or was erased, is in \`refused\` and not in the room.`,
  joinRoom: `Fails with \`room_not_found\` if there is no such room; for anybody but its two members, a direct room
(\`dm:…\`) doesn't exist. The connection is subscribed when the reply arrives; \`lastSeq\`, \`recovered\` and \`events\`
are as in \`sync\`.`,
  leaveRoom: `Ends the user's membership on all connections. The other members receive \`memberLeft\`. The user's other
connections don't; their actions in this room fail with \`not_a_member\` from now on. A mute isn't ended by it, nor that
somebody has made the user a guest.`,
  muteMember: `A mute outlives the membership: who leaves, or is removed or banned, and comes back is muted still. While they
are away it can be ended or changed too; of anybody else who is no member it is a \`conflict\`.`,
  setRole: `Who was made a \`guest\`, leaves, and joins again by themselves, by an invite or by a member is a guest still;
while they are away the role \`member\` ends that. Anything else of who is no member is a \`conflict\`.`,
  getRoom: `For members only; a room that doesn't exist also fails with \`not_a_member\`. More than 1,000 members are
paged by \`nextCursor\`.`,
  listRooms: `Read from an index that may be a moment behind: a room joined just now may be missing. Rely on \`sync\`
instead.`,
  sendMessage: `Give exactly one of \`chatRoomId\` and \`recipientId\`. Every connection of every member receives the
message, except the sending one, which has the reply.

\`recipientId\` sends to the direct room with that user. The first message creates it; its id doesn't depend on which of
the two writes first, its \`members\` are the two, and the reply names it.

With a \`clientMessageId\` the send is idempotent for good: repeating it with the same sender, room and id returns the
first message's ids and \`duplicate: true\`, and delivers nothing. With other content it fails with \`conflict\`.
Without a \`clientMessageId\`, repeating a send makes a second message.`,
  broadcastMessage: `Like \`sendMessage\` to a room, but the sending connection receives the event too, and its \`kind\`
is \`broadcast\`.`,
  typingIndicator: `The connections of every member receive it, except the typing user's own. A client repeats it every
\`limits.typingRepeatMs\` (7 s) while the user types; one that comes sooner than 5 s has a reply but no event. It ends
with the user's next message, so no \`isTyping: false\` is owed before a send; with \`isTyping: false\`, when the user
stops without sending; otherwise at \`expiresAt\`, without an event. After either, the next beginning is told at least
3 s after the last. When more than four type in a room at once, it is told every 2 s, of all of them in one frame. Who
has a reply with \`repeatAfterMs\` isn't told yet: say it again after this time if it still holds, because there may be
nobody else to take it along. In a room where a message was delivered to more than 100 connected users it is answered
and told to nobody.`,
  getHistory: `With \`after\` the page starts there; otherwise it ends at \`before\`, or at the newest message.
\`hasMore\` says whether there are more in that direction: continue with \`after\` the last, or \`before\` the first
\`seq\` of the page. Decide by \`hasMore\`,
never by the page's length, because a page also ends where the reply would become larger than a WebSocket message. A
number that a page skips is a hole, and final.`,
  addReaction: `One of each for each user: a repeat is a success with \`changed: false\`, and so is a \`removeReaction\`
of what isn't there. A message has 50 different reactions at most (\`limit_reached\`). The message's \`reactions\`
follow a moment later, in a \`messageUpdated\`: replace what you have by it, never count yourself.`,
  getThreads: `Who starts a thread or answers in one follows it, until they say otherwise. The threads come by room and
root, not by time. How far each was read is marked by \`markRead\`, apart from the room. A root that is gone, or was
said before what the caller may read, is \`deleted\` at 0 by \`unknown\`: the thread goes on by its id.`,
  setProfile: `A name is what a user is called, not who they are: only ids are unique. Names aren't copied into messages
and events; look them up by \`getUsers\`. Where the deployment says who users are (\`PROFILES\`), it fails with
\`forbidden\`: with \`token\`, for \`name\` and \`imageUrl\`, which each \`sync\` takes from the token's claims
\`name\` and \`picture\`; with \`server\`, always. With \`users\`, these claims are what a user without a profile
begins with. A name in a token is cleaned and cut rather than refused; a \`picture\` that isn't an \`https://\` URL is
left out.`,
  getUsers: `Of any users, in the order of the request. Nobody is told when a profile changes: ask again after some
minutes. Of who was erased, and of the id that stands for them in what was kept, there is \`erased\` and no name.`,
  pinMessage: `Where a room shows what was said since one joined, \`pins\` has for each member those of such messages
only, here and in every other reply and event.`,
  closeRoom: `The room is read-only for all but backends, for owners and admins too. Moderators still delete messages,
and reopen it.`,
  followThread: `Fails with \`message_not_found\` when there is no such message, or it was said before what the caller may
read and nobody has answered since; a reply is the root of no thread.`,
  getMentions: `Members only are told of a mention, and only while they are: who leaves a room loses those in it. They are
kept for 90 days. \`mentionRoom\` makes none: it is a flag of the message.`,
  searchMessages: `Where the server has the feature \`search\`; elsewhere it fails with \`forbidden\`. Found is what has every
word of \`query\`, the last one as it is or as a beginning: in the text of a message and in the name of its file. Upper
and lower case and accents make no difference. Of Chinese, Japanese and Korean every two neighbouring characters are a
word. A word has two characters at least, and a query
without one is \`invalid_request\`; the first 60 different ones of a message are found, by their first 32
characters. \`matched\` has them as the message does, to be highlighted.

The index follows within some seconds of a message, and a message is compared as it is now: what was edited or deleted
is not found by what it said. Nothing is found that \`getHistory\` would not show the caller. Rooms that the caller is no
member of fail as a whole with \`not_a_member\`. What one request looks at is bounded, some 60,000 places of a room: go
on with \`nextCursor\`, also from a page without hits, until there is none.`,
  getReactions: `All that have reacted, by reaction and user. A message names only the latest users of each
reaction.`,
  handleFileUpload: `The reply is a form: POST it to \`url\` as \`multipart/form-data\`, with \`fields\` unchanged and
the bytes as the last field, \`file\`. See [Files](#files). With a \`clientMessageId\` a repetition returns a form for the
same upload, and \`messageId\` when the file has arrived by then; for another file it fails with \`conflict\`.`,
  editMessage: `The sender's own, also one from before they left and came back; or of any message by a backend. Every
connection of every member receives \`messageUpdated\`, the asking one too. What the message says already
is neither written nor delivered: the reply is the same with \`changed: false\`. Of a file it changes the
caption, of at most 2,048 bytes.

Fails with \`message_not_found\` when there is none or it was deleted; with \`forbidden\` when it is another's, or older
than \`editWindowSeconds\` of the room; with \`conflict\` when it was edited since \`ifEditedAt\`.`,
  deleteMessage: `The sender's own, whenever, also one from before they left and came back; or by a moderator, of
somebody of a lower role or who has left, which the audit log tells. A backend may delete everywhere, in
direct rooms too. Every connection of every member receives
\`messageDeleted\`. What was deleted already is a success with \`changed: false\`.`,
  getMessages: `At most 50, of one room. A reply holds some four of the largest messages: ask again for those in \`left\`.`,
  getChanges: `\`headRev\` is where the next page starts; go on while \`hasMore\`. With \`recovered: false\` the log doesn't
reach back to \`after\`, or \`after\` is beyond its head: see
[What happens to what was said](#what-happens-to-what-was-said).`,
  getFileUrl: `For a message of kind \`file\`, when its \`fileUrl\` has expired or is about to.`,
  enterPresence: `For as long as the user looks at the room: it ends at \`until\` unless it is repeated every
\`everyMs\`, and with the connection. Without \`data\`, what was given before stays. A renewal is told to nobody. Those
who are present themselves, the caller included, receive \`presenceEntered\`, \`presenceUpdated\` and
\`presenceLeft\`; of a user with several devices, the first and the last. After a reconnect, enter again: nobody sees
that you were away. Where the room's \`settings.presence\` is off and in huge rooms it succeeds, and nobody is shown.
Fails with \`limit_reached\` when the connection is present in 20 rooms.`,
  leavePresence: `Of this connection; on the user's others they stay. Succeeds when they were not present, and when a
connection that was present is in the room no more.`,
  getPresence: `Whoever has left within the last 15 s is not in it any more. Ask when you enter and then every 2
minutes (± 20 %) while the user looks: events may be lost, and a device that was put to sleep leaves without one. With
\`capped: true\` there may be more, and comings and goings are told to nobody; a huge room has \`count: 0\`.`,
  getOnline: `Online is who has a connection that has synced. Comings and goings are told by \`online\`, in direct
rooms only. The more rooms are asked for at once, the fewer connections of each are looked at: 20 of each of 50 rooms,
400 of one. An admin and a backend are told of rooms that they aren't in, too. Where one of two has blocked the other,
neither learns of the other.`,
  ping: `Any frame resets the idle timer of 10 minutes; WebSocket pings don't. A client that has nothing to send sends
\`ping\` at least every 9 minutes.`,
}
