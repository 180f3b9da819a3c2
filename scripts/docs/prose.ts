import type { EventsFrame } from '../../src/protocol/frames.ts'
import { SUBPROTOCOL } from '../../src/ws/subprotocol.ts'
import { errorExample, eventExamples, examples, gatewayExample, rateLimitedExample } from './examples.ts'
import { frame } from './words.ts'

export const opening = `# The wire protocol, v1

What a chat client and Tabletalk say to each other, for a person writing a client in any language. Generated from the schemas in
\`src/protocol/\` by \`npm run docs\`: change those, not this page. For tools, the same as AsyncAPI 3: [asyncapi.yaml](asyncapi.yaml).

- Names are added, never renamed or removed: ignore an event, a field or an error code that you don't know.
- Moments are integers: milliseconds since 1970-01-01T00:00:00Z (only the JWT's own claims are seconds). Integers are at most 2^53 − 1.
- Text is well-formed Unicode: an unpaired surrogate (\`\\ud800\`) is an \`invalid_request\`. Lengths count what the tables say: bytes of
  UTF-8, or code points.`

export const connecting = `## Connecting

Open a WebSocket at \`wss://HOST/STAGE\` (locally \`ws://localhost:8080/local\`) with a JWT, given in one of two ways:

1. as a subprotocol, preferred, since it doesn't end up in access logs: offer \`${SUBPROTOCOL}\` and \`bearer.<jwt>\`, that is
   \`Sec-WebSocket-Protocol: ${SUBPROTOCOL}, bearer.<jwt>\`. The server echoes \`${SUBPROTOCOL}\`, never the token.
2. as the query parameter \`token\`.

| claim | |
|---|---|
| \`sub\` | the user id, 1–128 printable characters |
| \`exp\` | required; seconds |
| \`iss\`, \`aud\` | as the deployment expects |
| \`name\` | optional |

The token is verified against a JWKS; only asymmetric algorithms are accepted (\`ES256\`, \`ES384\`, \`ES512\`, \`EdDSA\`, \`Ed25519\`, \`PS256\`,
\`RS256\`, \`RS384\`, \`RS512\`).

The optional query parameter \`chatRoomId\` names the room that this connection opens.

When no socket is opened, the HTTP status says why:

| status | why | what the client does |
|---|---|---|
| 400 | \`chatRoomId\` isn't a room id | mend it |
| 401 | no token, or one that isn't valid any more or not ours | get a fresh token |
| 403 | a page of an origin that the deployment doesn't allow, or no such stage | give up |
| 429, 5xx | throttled, or something failed | connect again with backoff |

**The client speaks first**: nothing is sent to a connection before its first frame, which is [\`sync\`](#sync).

The identity on every frame is the token's, for as long as the connection lives. Once \`exp\` has passed every action is answered
\`token_expired\` and no event is posted to the connection any more: reconnect with a fresh token, best before that moment.

A connection ends after 10 minutes without a message and after 2 hours in any case; that is API Gateway's, and normal. Reconnect, with
full-jitter backoff, and \`sync\` with the \`seq\` that you have of each room. The server may notice late that a connection has ended.`

export const frames = `## Frames

Every frame is one JSON text. A client sends requests:

${frame({ ...examples.sendMessage.request, requestId: 'r7' })}

Every request has an \`action\` and may have:

- \`requestId\` (string, 1–64 code points): the client's own; the reply or error carries it. Replies don't necessarily come in the order
  of the requests, so give each its own.
- \`userId\` (string): optional in every action and, when given, the token's user; anybody else is \`forbidden\`.

A key that the action doesn't know is an \`invalid_request\`, so that a misspelt one is no silent default.

The server sends frames of three types.

\`reply\`: an action succeeded. \`data\` is described with each action.

${frame({ type: 'reply', action: 'sendMessage', requestId: 'r7', data: examples.sendMessage.reply })}

\`error\`: an action failed; \`action\` and \`requestId\` are there when they could be read. See [error codes](#error-codes).

${frame(errorExample)}

\`events\`: something happened, in one room or in several. A frame of several events has at most 32 KB; a single event that is larger goes
alone, in up to 128 KB. Replies and errors answer the very connection that asked; events come on their own, before or after them.

${frame({ type: 'events', events: [eventExamples.message, eventExamples.memberJoined] } satisfies EventsFrame)}`

export const gatewayFrames = `### Frames without a type

API Gateway has frames of its own. They have no \`type\`; their \`message\` is \`Internal server error\`, \`Endpoint request timed out\`,
\`Forbidden\` or \`Bad request body\`.

${frame(gatewayExample)}

Their \`requestId\` is the gateway's, not yours. Treat one as a retryable error of a request that you can't name: whatever is unanswered
after a while is sent again, with the same \`clientMessageId\`.`

export const delivery = `## Order and delivery

- **\`seq\` orders a room**: an integer given by the server, rising by one from 1. \`messageId\` is the same number as 16 digits.
- **At least once, in any order**: an event may come twice, late, or before an earlier one. Drop a \`(chatRoomId, seq)\` that you have and
  order by \`seq\`.
- **Ask for what is missing**: when a \`seq\` is skipped, wait a moment (a second, say), then \`getHistory\` with \`after\` the last one you
  have. Posting is best effort per connection; the table is what holds.
- **Holes**: a crash, or a retry that overtakes its first try, can leave a number without a message. A hole is final once \`getHistory\`, \`joinRoom\` or \`sync\` has answered without
  it: stop waiting for it.
- **Subscribed means subscribed**: a message written after \`sync\`, \`joinRoom\` or \`createRoom\` was answered is sent to that connection.
- **Acknowledged means kept**: once \`sendMessage\` is answered, the message is in the room, whatever fails afterwards.
- **Resume**: after a reconnect, \`sync\` with the last \`seq\` of each room up to which nothing is missing. With the rules above every
  member who reconnects gets every message of its rooms exactly once.
- **Send again** what wasn't answered, with the same \`clientMessageId\`: it is in the room once.

Typing, joining and leaving are told too, but not kept: what happened while a client was away is in \`getRoom\`. Of leaving and joining in
quick turns, only where it ended is sure to be told.`

export const files = `## Files

1. \`handleFileUpload\` checks the membership and the file's declared type and size, and answers with a form.
2. POST the form to \`url\` as \`multipart/form-data\`: every one of \`fields\` unchanged, then the bytes as the last field, \`file\`. The bucket
   refuses another size or type, and everything after \`expiresAt\`.
3. The server looks at what has arrived. The room gets a \`message\` event of kind \`file\` whose \`content\` is the caption; or the uploader
   alone an \`uploadFailed\`, and the file is deleted.

\`sync\`'s \`limits.contentTypes\` says which types a deployment takes. A form is for one file: the same bytes sent again change
nothing, but another file sent with it after the first was announced takes the first one away, and its URL answers 404 from then on.

\`file.fileUrl\` is signed and short-lived: fetch it, don't keep it. After \`fileUrlExpiresAt\` ask for a fresh one with \`getFileUrl\`.
The \`fileName\` is the uploader's and for showing only.`

export const errors = `A client decides by \`code\`. \`message\` is for a person reading a log. \`retryable\` says whether the same frame may be sent again unchanged;
\`retryAfterMs\` comes with \`rate_limited\`, and \`details\` lists up to ten problems as \`path\` (\`""\` for the whole frame) and \`problem\`.

${frame(rateLimitedExample)}

No limit of rate is on by default. \`not_a_member\` is the answer whether or not the room exists, so that membership can't be probed.`

export const closeCodes = `## Close codes

| code | why | what the client does |
|---|---|---|
| 1000 | closed normally, by the client or by the deployment | reconnect if it wasn't you |
| 1001 | 10 minutes idle, or 2 hours in all | reconnect and \`sync\` |
| 1003 | a binary frame was sent | mend the client |
| 1005, 1006 | no code: the network, most often | reconnect with backoff |
| 1007 | a text frame that isn't UTF-8 (local runtime) | mend the client |
| 1008 | too many requests from this client | reconnect with backoff, send less |
| 1009 | a frame over 32 KB or a message over 128 KB was sent | mend the client |
| 1011 | the gateway failed | reconnect with backoff |
| 1012 | the service restarts | reconnect with backoff |`

export const local = `## Local endpoints

\`npm start\` serves at \`http://localhost:PORT\` (\`PORT\`, default 8080):

| endpoint | |
|---|---|
| \`GET /\`, \`/assets/*\`, \`/config.json\` | the web page, and where it connects |
| \`ws://localhost:PORT/local\` | the WebSocket |
| \`POST /dev/token\` | \`{"userId":"ada"}\`, with \`name\` and \`expiresInSeconds\` (default 3,600; at most 86,400) optional, answers \`{"token":"…"}\`. Local only: deployed, your identity provider gives tokens |
| \`GET /.well-known/jwks.json\` | the local issuer's public key |
| \`GET /dev/environment\` | what the functions are told, for scripts: names, addresses and stand-ins for keys (\`npm run replay -- --local\`) |
| \`GET /healthz\` | 200 when every part is up, otherwise 503 |
| \`/local/@connections/{connectionId}\` | the \`@connections\` API: POST, GET, DELETE |

\`DATA_DIR\` unset: everything in memory. Set: table and bucket are kept there over restarts.`
