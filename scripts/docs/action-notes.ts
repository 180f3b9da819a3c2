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

If the server has the feature \`partialSync\`, a client may ask for less. With \`limit\` a page has fewer rooms. With
\`only\` the reply has the named rooms that the user is in, in that order, and no others; the pages from its
\`nextCursor\` on have the other rooms. So a client can load the rooms on the screen first. \`only\` may be the first
frame, with the \`sessionId\`, or come between two pages, with the \`cursor\`. The user may still be a member of a room
that is missing in such a reply: only the pages show which rooms were left. Without \`rooms\` a reply has no events; page
with \`getHistory\` and a small \`limit\` where the link is slow.`,
  createRoom: `The creator is a member even if \`members\` doesn't list them. Without \`chatRoomId\` the server chooses
a UUID. Fails with \`conflict\` if the id is taken, even by the caller: a client that has lost the reply finds
\`createdBy\` with \`getRoom\`. The other members' live connections are subscribed and receive \`roomAdded\`. Users who
have blocked the caller or were erased are not added; \`refused\` lists them.`,
  joinRoom: `Fails with \`room_not_found\` if there is no such room; for anybody but its two members, a direct room
(\`dm:…\`) doesn't exist. The connection is subscribed when the reply arrives; \`lastSeq\`, \`recovered\` and \`events\`
are as in \`sync\`.`,
  leaveRoom: `Ends the user's membership on all connections. The other members receive \`memberLeft\`. The user's other
connections don't; their actions in this room fail with \`not_a_member\` from now on. Leaving ends neither
a mute nor the role \`guest\` that somebody gave the user.`,
  addMembers: `After an error, some of the users may be members and receive \`roomAdded\`. Any retryable error can come
in the middle of the work, and so can \`forbidden\`, \`not_a_member\` and \`room_closed\`, if the caller loses the
right to add meanwhile. A repeat lists these users in \`already\`; \`listMembers\` shows who is in the room. Nobody is added after the error.`,
  muteMember: `A mute outlives the membership: a user who leaves, or is removed or banned, is still muted when they
come back. It can also be ended or changed while they are away. For any other user who is not a member, the action
fails with \`conflict\`.`,
  setRole: `A user who was made a \`guest\`, leaves and joins again (by themselves, by an invite or added by a member)
is still a guest. While they are away, setting the role \`member\` ends that. Any other change for a user who is not a
member fails with \`conflict\`.`,
  getRoom: `For members only; a room that doesn't exist also fails with \`not_a_member\`. More than 1,000 members are
paged by \`nextCursor\`.`,
  listRooms: `Read from an index that may be a moment behind: a room joined just now may be missing. Rely on \`sync\`
instead.`,
  sendMessage: `Give exactly one of \`chatRoomId\` and \`recipientId\`. Every connection of every member receives the
message, except the sending one, which has the reply.

\`recipientId\` sends to the direct room with that user. The first message creates it; its id doesn't depend on which of
the two writes first, its \`members\` are the two, and the reply names it.

With a \`clientMessageId\` the send is idempotent, without a time limit: repeating it with the same sender, room and
id returns the first message's ids and \`duplicate: true\`, and delivers nothing. With other content it fails with
\`conflict\`. Without a \`clientMessageId\`, repeating a send makes a second message.`,
  broadcastMessage: `Like \`sendMessage\` to a room, but the sending connection receives the event too, and its \`kind\`
is \`broadcast\`.`,
  typingIndicator: `The connections of every member receive it, except the typing user's own. A client repeats it
every \`limits.typingRepeatMs\` (7 s) while the user types; one that comes sooner than 5 s has a reply but no event.
It ends with the user's next message, so no \`isTyping: false\` is needed before a send; with \`isTyping: false\`, when
the user stops without sending; otherwise at \`expiresAt\`, without an event. After a message or an
\`isTyping: false\`, the next beginning is posted at least 3 s after the last. When more than four users type in a room
at once, typing is posted every 2 s, for all of them in one frame. A reply with \`repeatAfterMs\` means that the event
has not been posted yet: send the indicator again after this time if it still applies, because there may be no other
event to include it. In a room where a message was delivered to more than 100 connected users, the action has a reply
but posts no event.`,
  getHistory: `With \`after\` the page starts there; otherwise it ends at \`before\`, or at the newest message.
\`hasMore\` says whether there are more in that direction: continue with \`after\` the last, or \`before\` the first
\`seq\` of the page. Decide by \`hasMore\`,
never by the page's length, because a page also ends where the reply would become larger than a WebSocket message. A
number that a page skips is a hole, and final.`,
  addReaction: `A user has each reaction at most once on a message: a repeat succeeds with \`changed: false\`, and so
does a \`removeReaction\` of a reaction that isn't there. A message has 50 different reactions at most
(\`limit_reached\`). The message's \`reactions\` follow a moment later, in a \`messageUpdated\`: replace what you have
by it, and never count yourself.`,
  getThreads: `Users follow the threads that they start or reply in, until they unfollow them. The threads are ordered
by room and root, not by time. \`markRead\` marks how far each was read, independently of the room. A root that is
gone, or is older than what the caller may read, has \`deleted\` with \`at\` 0 and \`by\` \`unknown\`: the thread
continues under its id.`,
  setProfile: `A name is what a user is called, not who they are: only ids are unique. Names aren't copied into
messages and events; look them up by \`getUsers\`. Where users may not choose their names (the setting \`PROFILES\`),
the action fails with \`forbidden\`: with \`token\`, for \`name\` and \`imageUrl\`, which each \`sync\` takes from the
token's claims \`name\` and \`picture\`; with \`server\`, always. With \`users\`, these claims are the first profile
of a user who has none. A name in a token is cleaned and cut rather than refused; a \`picture\` that isn't an
\`https://\` URL is left out.`,
  getUsers: `Works for any users, and returns them in the order of the request. There is no event when a profile
changes: request it again after some minutes. An erased user, and the id that replaces theirs in messages that were
kept, has \`erased\` and no name.`,
  pinMessage: `In a room whose members may read only what was sent since they joined, \`pins\` has for each member only
such messages, here and in every other reply and event.`,
  closeRoom: `The room is read-only for everybody except backends, also for owners and admins. Moderators can still
delete messages, and reopen the room.`,
  followThread: `Fails with \`message_not_found\` if there is no such message, or if it is older than what the caller
may read and nobody has replied since, and with \`invalid_request\` if it is a reply, which can't be the root of a
thread.`,
  getMentions: `Only members have mentions: a user who leaves a room loses those in it. Mentions are kept for 90 days.
\`mentionRoom\` creates none: it is a flag of the message.`,
  searchMessages: `Needs the feature \`search\`; without it, the action fails with \`forbidden\`. A message is found
if its text or the name of its file has every word of \`query\`; of the last word, the beginning is enough. Upper and
lower case and accents make no difference. In Chinese, Japanese and Korean, every two neighbouring characters are a
word. A word has two characters at least, and a query without one is \`invalid_request\`; the first 60 different ones
of a message are found, by their first 32 characters. \`matched\` has them as the message does, to be highlighted.

The index follows within some seconds of a message, and a message is compared as it is now: an edited or deleted
message is not found by its former text. Nothing is found that \`getHistory\` would not show the caller. If the caller
is not a member of one of the rooms, the whole request fails with \`not_a_member\`. One request looks at no more than
some 60,000 places of a room: continue with \`nextCursor\` until there is none, even after a page without hits.`,
  getReactions: `Returns all reactions, ordered by reaction and user. A message names only the latest users of each
reaction.`,
  handleFileUpload: `The reply is a form: POST it to \`url\` as \`multipart/form-data\`, with \`fields\` unchanged and
the bytes as the last field, \`file\`. See [Files](#files). With a \`clientMessageId\` a repetition returns a form for
the same upload, and \`messageId\` when the file has arrived by then; for another file it fails with \`conflict\`.`,
  editMessage: `For the sender, even if they left the room since and came back; backends may edit any message. Every
subscribed connection of the members who may read the message receives \`messageUpdated\`, the requesting one too. An
edit that changes nothing is neither written nor delivered: its reply has \`changed: false\`. For a file, the caption is
edited, of at most 2,048 bytes.

Fails with \`message_not_found\` if the message doesn't exist or was deleted; with \`forbidden\` if it is another
user's, or older than the room's \`editWindowSeconds\`; with \`conflict\` if it was edited since \`ifEditedAt\`.`,
  deleteMessage: `For the sender at any time, even if they left the room since and came back. A moderator may delete
the message of a user who has a lower role or has left; the audit log records it. A backend may delete everywhere, in
direct rooms too. Every subscribed connection of the members who may have read the message receives \`messageDeleted\`,
the requesting one too. Deleting a deleted message succeeds with \`changed: false\`.`,
  getMessages: `At most 50, of one room. A reply has room for some four of the largest messages: request those again
that are in \`left\`.`,
  getChanges: `\`headRev\` is where the next page starts; go on while \`hasMore\`. With \`recovered: false\` the log
doesn't reach back to \`after\`, or \`after\` is beyond its head: see
[What happens to what was said](#what-happens-to-what-was-said).`,
  getFileUrl: `For a message of kind \`file\`, when its \`fileUrl\` has expired or is about to.`,
  enterPresence: `Keep the presence as long as the user looks at the room. It ends at \`until\` unless it is repeated
every \`everyMs\`, and with the connection. Without \`data\`, the user's former \`data\` stays, whichever device has
set it. So leave \`data\` out when you renew: with several devices, the \`data\` that was set last is shown. A
renewal, or the same \`data\` as are shown, causes no event. Those who are present themselves, the caller included,
receive \`presenceEntered\`, \`presenceUpdated\` and \`presenceLeft\`; for a user with several devices, when the first
enters and the last leaves. After a reconnect, enter again with \`data\`: nobody sees that you were away. Where the
room's \`settings.presence\` is off, in huge rooms, and for a token with the scope \`tabletalk:guest\`, the action
succeeds but shows nobody. Fails with \`limit_reached\` when the connection is present in 20 rooms.`,
  leavePresence: `Ends the presence on this connection only. Succeeds even if the user was not present on it, or is no
longer in the room.`,
  getPresence: `Users who left within the last 15 s are no longer included. Ask when you enter and then every 96
to 120 seconds while the user looks: events may be lost, and a device that was put to sleep leaves without one. With
\`capped: true\` there may be more users, and there are no events of presence; a huge room has \`count: 0\`.`,
  getOnline: `A user is online if they have a connection that has synced. The event \`online\` reports changes, in
direct rooms only. The more rooms are asked for at once, the fewer connections of each are looked at: 20 of each of 50
rooms, 400 of one. Admins and backends may also ask for rooms that they aren't in. If one of two users has blocked the
other, neither sees the other in their direct room; in a room that both are in they do.`,
  ping: `Any frame resets the idle timer of 10 minutes; WebSocket pings don't. A client that has nothing to send sends
\`ping\` at least every 9 minutes.`,
}
