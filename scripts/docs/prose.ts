import type { EventsFrame } from '../../src/protocol/frames.ts'
import { RECOGNISED } from '../../src/files/media-types.ts'
import { SUBPROTOCOL } from '../../src/ws/subprotocol.ts'
import { errorExample, eventExamples, examples, gatewayExample, rateLimitedExample } from './examples.ts'
import { frame } from './words.ts'

export const opening = `# The wire protocol, v1

The frames that a chat client and Tabletalk exchange, for writing a client in any language. \`npm run docs\` generates
this page from the schemas in \`src/protocol/\`: change those, not this page. [asyncapi.yaml](asyncapi.yaml) has the
same for tools, as AsyncAPI 3.

- Names are added, never renamed or removed: ignore an event, a field or an error code that you don't know.
- Times are integers: milliseconds since 1970-01-01T00:00:00Z (only the JWT's own claims are seconds). Integers are at
  most 2^53 − 1.
- Text is well-formed Unicode: an unpaired surrogate (\`\\ud800\`) is an \`invalid_request\`. The tables say whether a
  length counts bytes of UTF-8 or code points.
- The same holds in \`metadata\` and in the \`data\` of a presence: larger integers, numbers beyond a double (\`1e400\`)
  and unpaired surrogates are an \`invalid_request\`, because not every client would read what was written.
- A name of a user or a room is printable: no blank at its ends, no line break, no control or bidi control, nothing that
  is invisible. Joiners are allowed where they are seen, in emoji and between letters of scripts that join. Anything else
  is an \`invalid_request\`; the name of a file is cleaned instead. The content of a message shows something: it is not
  only of blanks, line breaks and what is invisible. (\`White_Space\`, \`Cc\` and \`Default_Ignorable_Code_Point\` of
  Unicode, and what shows nothing but isn't in them: U+2800, U+FFF9–U+FFFB, U+13430–U+1343B, U+13441, U+13442, U+16FE4
  and U+1D159. Version 0.1.0 accepted such names and contents.)`

export const connecting = `## Connecting

Open a WebSocket at \`wss://HOST/STAGE\` (locally \`ws://localhost:8080/local\`) with a JWT, in one of two ways:

1. as a subprotocol. Prefer this, because it doesn't appear in access logs. Offer \`${SUBPROTOCOL}\` and
   \`bearer.<jwt>\`, that is \`Sec-WebSocket-Protocol: ${SUBPROTOCOL}, bearer.<jwt>\`. The server echoes
   \`${SUBPROTOCOL}\`, never the token.
2. as the query parameter \`token\`.

| claim | |
|---|---|
| \`sub\` | the user id, 1–128 printable characters |
| \`exp\` | required; seconds |
| \`iss\`, \`aud\` | as the deployment expects |
| \`name\` | optional |

The token is verified against a JWKS; only asymmetric algorithms are accepted (\`ES256\`, \`ES384\`, \`ES512\`,
\`EdDSA\`, \`Ed25519\`, \`PS256\`, \`RS256\`, \`RS384\`, \`RS512\`).

The optional query parameter \`chatRoomId\` names the room that this connection opens. The optional query parameter
\`sessionId\` names its session, as [\`sync\`](#sync) does: the server writes one row less for each connection, and
replies to its \`sync\` sooner. A \`sync\` on it may leave out \`sessionId\`, and may not name another one.

When the connection is refused, the HTTP status says why:

| status | why | what the client does |
|---|---|---|
| 400 | \`chatRoomId\` isn't a room id, or \`sessionId\` isn't a session id | correct it |
| 401 | no token, or a token that has expired or isn't accepted | get a fresh token |
| 403 | the deployment doesn't allow the page's origin, or there is no such stage | give up |
| 429, 5xx | throttled, or something failed | connect again with backoff |

**The client sends first**: a connection receives nothing before its first frame, which is [\`sync\`](#sync).

Every frame of a connection has the identity of its token. Once \`exp\` has passed, every action fails with
\`token_expired\` and the connection receives no more events: reconnect with a fresh token, preferably before that time.

API Gateway closes a connection after 10 minutes without a message, and after 2 hours in any case. This is normal:
reconnect with full-jitter backoff, and \`sync\` with the last \`seq\` that you have of each room. The server may notice
late that a connection has ended.`

export const frames = `## Frames

Every frame is one JSON text. A client sends requests:

${frame({ ...examples.sendMessage.request, requestId: 'r7' })}

Every request has an \`action\` and may have:

- \`requestId\` (string, 1–64 code points): chosen by the client; the reply or error has the same. Give each request its
  own, because replies may arrive in another order than the requests.
- \`userId\` (string): optional in every action. If given, it must be the token's user; any other is \`forbidden\`.

A key that the action doesn't know is an \`invalid_request\`, so that a misspelt key is not silently ignored.

The server sends three types of frames.

\`reply\`: an action succeeded. Each action below describes its \`data\`.

${frame({ type: 'reply', action: 'sendMessage', requestId: 'r7', data: examples.sendMessage.reply })}

\`error\`: an action failed; \`action\` and \`requestId\` are present if they could be read. See [error
codes](#error-codes).

${frame(errorExample)}

\`events\`: something happened, in one room or in several. A frame of several events has at most 32 KB; a single event
that is larger has a frame of its own, of up to 128 KB. A reply or error goes to the connection that sent the request;
events are independent of them and may arrive before or after.

${frame({ type: 'events', events: [eventExamples.message, eventExamples.memberJoined] } satisfies EventsFrame)}`

export const gatewayFrames = `### Frames without a type

API Gateway sends frames of its own. They have no \`type\`; their \`message\` is \`Internal server error\`, \`Endpoint
request timed out\`, \`Forbidden\` or \`Bad request body\`.

${frame(gatewayExample)}

Their \`requestId\` is the gateway's, not yours. Treat such a frame as a retryable error of an unknown request: send
again what has no reply after a while, with the same \`clientMessageId\`.`

export const delivery = `## Order and delivery

- **\`seq\` orders a room**: an integer that the server assigns, increasing by one from 1. \`messageId\` is the same
  number as 16 digits.
- **At least once, in any order**: an event may arrive twice, late, or before an earlier one. Ignore a \`(chatRoomId,
  seq)\` that you have already, and order by \`seq\`.
- **Ask for what is missing**: when a \`seq\` is skipped, wait a moment (a second, say), then \`getHistory\` with
  \`after\` set to the last one that you have. Posting to a connection is best effort; the table has every message.
- **One after the other**: the server handles the frames of a connection at the same time, so two sends without waiting
  may change places. Wait for the reply before the next send where the order matters.
- **Holes**: a crash, or a retry that is faster than the first attempt, can leave a number without a message. A hole is
  final once a reply of \`getHistory\`, \`joinRoom\` or \`sync\` leaves the number out: stop waiting for it.
- **Subscribed means subscribed**: a message that is written after the reply of \`sync\`, \`joinRoom\` or \`createRoom\`
  is sent to that connection.
- **Acknowledged means kept**: once \`sendMessage\` has its reply, the message is in the room, whatever fails
  afterwards.
- **Resume**: after a reconnect, \`sync\` with the last \`seq\` of each room up to which nothing is missing. With the
  rules above, a member who reconnects has every message of its rooms exactly once.
- **Send again** what had no reply, with the same \`clientMessageId\`: it will be in the room once.

### What happens to what was said

If the server has the feature \`changes\`, every room has a second log of what happened to its messages, its members and
the room itself. \`rev\` numbers it from 1, without a hole.

- **State, not steps**: an event of the log has the whole message, room or member as it is now. Several changes of one
  message may come as one event, under the highest \`rev\`.
- **The newer \`version\` wins**, a message's, \`room.version\`, or a member's. So it does not matter in which order
  events come, or how often, or whether a message comes before or after its change. A membership's version starts again
  when the user joins again.
- **Every subscribed connection receives it**, the requesting one too. A \`rev\` that is missing was lost, or is of a
  message that the user may not read. Wait a second or two, then call \`getChanges\`. Nothing else needs to wait for it.
- **\`changesSkipped\`** is posted instead of changes that are too many for a huge room, or that not all members may see.
- **Resume**: \`sync\` takes the last \`rev\` of each room up to which nothing is missing as \`revs\`, \`joinRoom\` as
  \`lastRev\`. \`changes\` has all later changes, or none and \`changesRecovered: false\`: then page with \`getChanges\`.
  A message that is among the reply's \`events\` is already as it is now, and is not in \`changes\`.
- **The log reaches back 30 days.** When it does not reach back far enough, or the server was restored from a backup,
  \`getChanges\` says \`recovered: false\`: discard what you have of the room, and continue from \`headRev\`.
- **Edits**: the sender's own, as long as the room's \`editWindowSeconds\` lets them; earlier contents are not kept. An
  edit to the same content changes nothing, so a retry is safe. With \`ifEditedAt\` nobody overwrites an edit that they
  have not seen.
- **Deletions** are permanent: content, metadata and file are gone, and a retry of the send brings nothing back. Links to
  the file that were given out before lead nowhere. The message's place in the room stays and is skipped like a hole;
  \`include: ["deleted"]\` shows it, empty. Backups keep what they have until they expire.
- **Retention**: where \`settings.retentionDays\` is a number, nobody is shown a message that is older, or any of its
  file, reactions and mentions; it is deleted within some days after. There is no event for that: stop showing what is
  older. A reply in a thread has its own age, and a thread whose root is gone can still be read by its id.

Typing, joining and leaving are events too, but they are not kept: \`getRoom\` has the members after a client was away.
When a user leaves and joins in quick succession, only the event of the final state is certain.`

export const files = `## Files

1. \`handleFileUpload\` checks the membership and the file's declared type and size, and returns a form.
2. POST the form to \`url\` as \`multipart/form-data\`: all \`fields\` unchanged, then the bytes as the last field,
   \`file\`. The bucket refuses another size or type, and any form after \`expiresAt\`.
3. The server checks the file. Either the room receives a \`message\` event of kind \`file\` whose \`content\` is the
   caption, or the uploader alone receives \`uploadFailed\` and the file is deleted.

\`sync\`'s \`limits.contentTypes\` lists the types that a deployment accepts, under any of a type's names:
\`application/x-zip-compressed\` is \`application/zip\`. A pattern stands for the types that can be recognised by a
file's first bytes:
\`text/*\` for all texts, the others for
${[...RECOGNISED]
  .sort()
  .map((type) => `\`${type}\``)
  .join(', ')}.
Any other type under a pattern, such as \`image/x-tga\`, is \`invalid_request\`. A file whose name a computer would run
(\`.exe\`, \`.bat\`, \`.hta\`, …), although its type is no program, fails with \`type_mismatch\` when it has arrived.

A form is for one file: the first that the server checks. Any other file that is sent with the form is deleted and
never shown to anybody. The message keeps its file.

The uploader of a picture may state how large it is (\`width\`, \`height\`) and how it looks (\`thumbhash\`), so that
others can reserve its space and show a blur until it is loaded. The server does not check these values: use them for
nothing else.

Where the deployment makes thumbnails, a \`messageUpdated\` with \`file.thumbnailUrl\` follows the message, a second or
so later: WebP of at most 640 pixels, upright, and without EXIF and the position that cameras write into it. Show that,
and for the whole screen the \`pictureUrl\` of \`getFileUrl\`. \`fileUrl\` is the file as it was sent, EXIF and position
included: it is for downloads. JPEG, PNG, WebP, GIF and AVIF have thumbnails, up to 25 MB and 50 megapixels; other types
and damaged pictures have only the file. If a \`thumbnailUrl\` doesn't work, show \`fileUrl\`.

\`file.fileUrl\` is signed and short-lived: don't store it. After \`fileUrlExpiresAt\`, get a fresh one with
\`getFileUrl\`. The uploader chose the \`fileName\`: use it for display only. The URL saves the file under that name, cut
to 255 bytes, with the ending of its type added if it has another one (\`notes.js\` of \`text/plain\` becomes
\`notes.js.txt\`). It shows pictures, sound, films, PDFs, and plain texts in UTF-8; everything else is saved.`

export const errors = `A client decides by \`code\`. The \`message\` is for people who read logs.
\`retryable\` says whether the same frame may be sent again unchanged; \`rate_limited\` has a \`retryAfterMs\`;
\`details\` lists up to ten problems as \`path\` (\`""\` for the whole frame) and \`problem\`.

${frame(rateLimitedExample)}

Terraform limits a user to 30 sends in 10 seconds by default (\`send_rate_limit\`); the local runtime has no limit.
A room that doesn't exist also fails with \`not_a_member\`, so that rooms can't be
probed.`

export const closeCodes = `## Close codes

| code | why | what the client does |
|---|---|---|
| 1000 | closed normally, by the client or by the deployment | reconnect if it wasn't you |
| 1001 | idle for 10 minutes, or open for 2 hours | reconnect and \`sync\` |
| 1003 | a binary frame was sent | correct the client |
| 1005, 1006 | no code, usually because of the network | reconnect with backoff |
| 1007 | a text frame that isn't UTF-8 (local runtime) | correct the client |
| 1008 | too many requests from this client | reconnect with backoff, send less |
| 1009 | a frame over 32 KB or a message over 128 KB was sent | correct the client |
| 1011 | the gateway failed | reconnect with backoff |
| 1012 | the service is restarting | reconnect with backoff |`

export const local = `## Local endpoints

\`npm start\` serves at \`http://localhost:PORT\` (\`PORT\`, default 8080):

| endpoint | |
|---|---|
| \`GET /\`, \`/assets/*\`, \`/config.json\` | the web page, and where it connects |
| \`ws://localhost:PORT/local\` | the WebSocket |
| \`POST /dev/token\` | \`{"userId":"ada"}\`, with \`name\` and \`expiresInSeconds\` (default 3,600; at most 86,400) optional, returns \`{"token":"…"}\`. Local only: in a deployment your identity provider issues the tokens |
| \`GET /.well-known/jwks.json\` | the local issuer's public key |
| \`GET /dev/environment\` | the functions' environment, for scripts on the same machine: names, addresses and keys (\`npm run replay -- --local\`) |
| \`GET /healthz\` | 200 when every part is up, otherwise 503 |
| \`/local/@connections/{connectionId}\` | the \`@connections\` API: POST, GET, DELETE |

Without \`DATA_DIR\` everything is in memory; with it, the table and the bucket are kept there across restarts.`
