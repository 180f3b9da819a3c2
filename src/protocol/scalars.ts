import { en } from 'zod/locales'
import * as z from 'zod/mini'
import {
  MAX_CAPTION_BYTES,
  MAX_CONTENT_BYTES,
  MAX_FILE_NAME_CHARS,
  MAX_REACTION_BYTES,
  MAX_ROOM_NAME_CHARS,
  MAX_SEARCH_CHARS,
  MAX_USER_ID_CHARS,
  MAX_USER_NAME_CHARS,
} from './limits.ts'
import { isPrintableName, printableName, showsNothing } from './printable-name.ts'
import { MAX_ROOM_ID_CHARS } from './room-id.ts'

// zod/mini has no messages of its own. Without a locale, every problem in `details` would be "Invalid input".
z.config(en())

/** Marks an issue that becomes the error `too_large` instead of `invalid_request`. */
export const TOO_LARGE = { code: 'too_large' } as const

// A lone surrogate has no UTF-8 form. It would be stored as U+FFFD, and a reader would get another text than was sent.
const wellFormed = z.refine<string>((text) => text.isWellFormed(), { error: 'contains a lone surrogate' })

const maxBytes = (limit: number) =>
  z.refine<string>((text) => Buffer.byteLength(text) <= limit, {
    error: `is longer than ${limit} bytes of UTF-8`,
    params: TOO_LARGE,
  })

const charactersUpTo = (limit: number) =>
  z.refine<string>((text) => [...text].length <= limit, { error: `is longer than ${limit} characters` })

const visible = z.refine<string>((text) => text === '' || !showsNothing(text), { error: 'shows nothing' })

const printable = z.refine<string>((text) => text === '' || isPrintableName(text), {
  error: 'has a blank at its start or end, or a character that does not print',
})

export const ChatRoomId = z.string().check(
  z.regex(new RegExp(`^[A-Za-z0-9_:-]{1,${MAX_ROOM_ID_CHARS}}$`), {
    error: `must be 1 to ${MAX_ROOM_ID_CHARS} of A-Z a-z 0-9 _ : -`,
  }),
  z.meta({
    description: "A room's id: 1–64 of `[A-Za-z0-9_:-]`. Ids that start with `dm:` are reserved for direct rooms.",
  }),
)

export const UserId = z
  .string()
  .check(
    z.minLength(1),
    charactersUpTo(MAX_USER_ID_CHARS),
    wellFormed,
    printable,
    z.meta({ description: "A user's id, the token's `sub`: 1–128 printable characters, without blanks at its ends." }),
  )

/**
 * A user id as the table may have it: version 0.1.0 accepted some ids that `UserId` refuses, and those users are still
 * members.
 */
export const StoredUserId = z.string().check(
  z.minLength(1),
  charactersUpTo(MAX_USER_ID_CHARS),
  wellFormed,
  // No user ever had such an id, and a page that starts after U+10FFFF would never end.
  z.refine<string>((text) => !/\p{Noncharacter_Code_Point}/u.test(text), { error: 'has a noncharacter' }),
)

export const RequestId = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(64),
    wellFormed,
    z.meta({ description: "The client's own id of a request, 1–64 characters. The reply or error repeats it." }),
  )

export const SessionId = z
  .string()
  .check(z.regex(/^[A-Za-z0-9_-]{1,64}$/, { error: 'must be 1 to 64 of A-Z a-z 0-9 _ -' }))

export const ClientMessageId = z.string().check(
  z.regex(/^[A-Za-z0-9_-]{1,64}$/, { error: 'must be 1 to 64 of A-Z a-z 0-9 _ -' }),
  z.meta({
    description:
      "The sender's own id of a message, 1–64 of `[A-Za-z0-9_-]`. It makes a send idempotent, without a " +
      'time limit.',
  }),
)

export const Content = z.string().check(
  z.minLength(1),
  wellFormed,
  maxBytes(MAX_CONTENT_BYTES),
  visible,
  z.meta({
    description:
      'The text of a message: 1–16,384 bytes of UTF-8. It must not consist only of blanks, line breaks ' +
      'and invisible characters.',
  }),
)

/** The text after an edit. Only the caption of a file may be empty. */
export const EditedContent = z.string().check(
  wellFormed,
  maxBytes(MAX_CONTENT_BYTES),
  z.meta({
    description:
      'The new content, with the same rules as the `content` of a send; for a file, its caption, which ' +
      'may be empty.',
  }),
)

export const ContentEncoding = z.literal('base64').check(
  z.meta({
    description:
      '`content` is the base64 of its UTF-8. In JSON, quotation marks, backslashes and line breaks take ' +
      'two bytes each and other control characters six, and a frame has 32 KB. As base64, every allowed ' +
      'content fits.',
  }),
)

export const Caption = z.string().check(
  wellFormed,
  maxBytes(MAX_CAPTION_BYTES),
  z.overwrite((text) => (showsNothing(text) ? '' : text)),
  z.meta({ description: 'Up to 2,048 bytes of UTF-8. A caption that shows nothing counts as no caption.' }),
)

export const FileName = z.string().check(
  z.minLength(1),
  charactersUpTo(MAX_FILE_NAME_CHARS),
  wellFormed,
  visible,
  z.overwrite(printableName),
  z.meta({
    description:
      'Any Unicode, 1–255 characters. For display only, never part of a key or a path. Invisible ' +
      'characters and those that reorder text are removed, and a run of blanks becomes one space.',
  }),
)

export const ContentType = z.string().check(
  z.regex(/^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}$/, {
    error: 'must be a media type such as image/png, lower case, without parameters',
  }),
  z.meta({ description: 'A media type, lower case, without parameters (RFC 6838 §4.2).' }),
)

/** A side of a picture or a video as it is displayed, after the rotation in its EXIF data. */
export const Pixels = z.int().check(z.gte(1), z.lte(65_535), z.meta({ description: '1 to 65,535 pixels.' }))

export const Thumbhash = z.string().check(
  z.regex(/^(?=.{20,40}$)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, {
    error: 'must be 20 to 40 characters of base64',
  }),
  z.meta({
    description:
      'A blur to show while the picture loads, base64 (https://evanw.github.io/thumbhash/). The server ' +
      'does not check that it belongs to the picture.',
  }),
)

export const UploadId = z.string().check(z.uuid(), z.meta({ description: "An upload's id." }))

export const RoomName = z
  .string()
  .check(
    z.minLength(1),
    charactersUpTo(MAX_ROOM_NAME_CHARS),
    wellFormed,
    printable,
    z.meta({ description: '1–128 printable characters, without blanks at its ends.' }),
  )

/** A user's display name. It does not identify the user, because two users may have the same. */
export const UserName = z
  .string()
  .check(
    z.minLength(1),
    charactersUpTo(MAX_USER_NAME_CHARS),
    wellFormed,
    printable,
    z.meta({ description: '1–64 printable characters, without blanks at its ends. Two users may have the same.' }),
  )

const MAX_IMAGE_URL_CHARS = 1_024

/**
 * Strict, because applications put it into a page, and parsers of URLs differ: a browser reads `https://a\@b/` as an
 * address at `a`, others as one at `b`.
 */
export const ImageUrl = z.string().check(
  z.maxLength(MAX_IMAGE_URL_CHARS),
  wellFormed,
  z.refine<string>((text) => /^https:\/\/[^/?#\\]/.test(text) && URL.canParse(text), {
    error: 'must be a URL that starts with https://',
  }),
  z.refine<string>((text) => !/^https:\/\/[^/?#]*@/.test(text), { error: 'must not have a user name or a password' }),
  z.refine<string>((text) => printableName(text) === text && !/[\s"'`<>\\]/.test(text), {
    error: 'has a blank, a quotation mark, <, >, a backslash, or a character that does not print',
  }),
)

/** The beginning of a room's name. */
export const NamePrefix = z.string().check(z.minLength(1), z.maxLength(MAX_ROOM_NAME_CHARS), wellFormed)

/** The text of a search. */
export const SearchQuery = z
  .string()
  .check(
    z.minLength(1),
    charactersUpTo(MAX_SEARCH_CHARS),
    wellFormed,
    z.meta({ description: 'Words, 1–128 characters. The last one may be only the beginning of a word.' }),
  )

export const Seq = z
  .int()
  .check(z.gte(0), z.meta({ description: "A room's sequence number, assigned by the server and increasing by one." }))

export const Rev = z.int().check(
  z.gte(0),
  z.meta({
    description:
      'The number of a change in its room, increasing by one without holes; 0 means that there was no change.',
  }),
)

export const Version = z
  .int()
  .check(
    z.gte(0),
    z.meta({ description: 'How often it was changed; the higher version is newer. Absent if it never was.' }),
  )

export const MessageId = z
  .string()
  .check(
    z.regex(/^\d{16}$/, { error: 'must be 16 digits' }),
    z.meta({ description: "The message's `seq` as 16 digits, so that ids sort like the numbers." }),
  )

export const JobId = z.string().check(
  z.regex(/^\d{13}-[A-Za-z0-9_-]{8,22}$/, { error: 'is no id of a job' }),
  z.meta({
    description: 'The id of a job, which is work that takes longer than a reply may. `getJob` returns its state.',
  }),
)

/** The format characters that emoji may contain. All other control and format characters are refused. */
const joiners = '\\u200d\\ufe0f'

export const Reaction = z.string().check(
  z.overwrite((text) => text.normalize('NFC')),
  z.minLength(1),
  wellFormed,
  z.refine<string>((text) => Buffer.byteLength(text) <= MAX_REACTION_BYTES, {
    error: `is longer than ${MAX_REACTION_BYTES} bytes of UTF-8`,
  }),
  z.refine<string>((text) => !new RegExp(`(?![${joiners}])[\\p{Cc}\\p{Cf}]`, 'u').test(text), {
    error: 'has a control or format character',
  }),
  visible,
  z.meta({
    description: 'An emoji or a short word: 1–64 bytes of UTF-8 in NFC, without control and format characters.',
  }),
)

export const EpochMs = z
  .int()
  .check(z.gte(0), z.meta({ description: 'A time: milliseconds since 1970-01-01T00:00:00Z.' }))

/** The longest id has 128 characters of four bytes each, which is 683 characters of base64. */
const MAX_CURSOR_CHARS = 1_024

export const Cursor = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(MAX_CURSOR_CHARS),
    wellFormed,
    z.meta({ description: 'Opaque: the `nextCursor` of the previous page.' }),
  )
