import { describe, expect, test } from 'vitest'
import type * as z from 'zod/mini'
import * as scalars from '../../src/protocol/scalars.ts'

const x = (count: number) => 'x'.repeat(count)
const LONE = 'a\ud800b'
const NOT_A_CHAT_ID = 'must be 1 to 64 of A-Z a-z 0-9 _ : -'
const LONE_SURROGATE = 'contains a lone surrogate'
const UNPRINTABLE = 'has a blank at its start or end, or a character that does not print'
const NOTHING = 'shows nothing'

interface Table {
  accepts: unknown[]
  /** A value, and a part of the first problem. */
  rejects: [value: unknown, problem: string][]
}

const integer: Table = {
  accepts: [0, 1, Number.MAX_SAFE_INTEGER],
  rejects: [
    [-1, 'expected number to be >=0'],
    [1.5, 'expected int'],
    [Number.MAX_SAFE_INTEGER + 1, 'expected'],
    [NaN, 'received NaN'],
    ['1', 'expected number'],
    [null, 'expected number'],
  ],
}

/** Every scalar of the protocol. A new scalar needs a table. */
const tables: Record<Exclude<keyof typeof scalars, 'TOO_LARGE'>, Table> = {
  ChatRoomId: {
    accepts: ['a', 'General', 'dm:a_b-9', x(64)],
    rejects: [
      ['', NOT_A_CHAT_ID],
      [x(65), NOT_A_CHAT_ID],
      ['a b', NOT_A_CHAT_ID],
      ['a/b', NOT_A_CHAT_ID],
      ['a#b', NOT_A_CHAT_ID],
      ['zoë', NOT_A_CHAT_ID],
      ['general\n', NOT_A_CHAT_ID],
      [7, 'expected string'],
    ],
  },
  Pixels: {
    accepts: [1, 65_535],
    rejects: [
      [0, '>=1'],
      [65_536, '<=65535'],
      [1.5, 'expected int'],
      ['1', 'expected number'],
    ],
  },
  Thumbhash: {
    accepts: ['1QcSHQRnh493V4dIh4eXh1h4kJUI', '3OcRJYB4d3h/iIeHeEh3eIhw+j3A', `${x(38)}==`],
    rejects: [
      ['', 'must be 20 to 40 characters of base64'],
      [x(16), 'must be 20 to 40 characters of base64'],
      [x(44), 'must be 20 to 40 characters of base64'],
      ['1QcSHQRnh493V4dIh4eXh1h4kJU', 'must be 20 to 40 characters of base64'],
      ['1QcSHQRnh493V4dIh4eXh1h4kJU_', 'must be 20 to 40 characters of base64'],
      [20, 'expected string'],
    ],
  },
  JobId: {
    accepts: ['1800000000000-Zm9vYmFy', '0000000000000-AAAAAAAAAAAAAAAAAAAAAA'],
    rejects: [
      ['', 'is no id of a job'],
      ['jobs', 'is no id of a job'],
      ['1800000000000-', 'is no id of a job'],
      [1_800_000_000_000, 'expected string'],
    ],
  },
  UserId: {
    accepts: ['a', 'auth0|5f7c8ec7c33c6c004bbafe82', 'ada lovelace', 'zoë', '🙂'.repeat(128), x(128)],
    rejects: [
      ['', '>=1'],
      [x(129), 'is longer than 128 characters'],
      ['🙂'.repeat(129), 'is longer than 128 characters'],
      ['a\nb', UNPRINTABLE],
      ['a\u0000b', UNPRINTABLE],
      ['a\u200bb', UNPRINTABLE],
      ['ada\u2800', UNPRINTABLE],
      ['\u2800', UNPRINTABLE],
      ['a\u2028b', UNPRINTABLE],
      ['a\u202eb', UNPRINTABLE],
      [' ', UNPRINTABLE],
      ['ada ', UNPRINTABLE],
      [LONE, LONE_SURROGATE],
      [null, 'expected string'],
    ],
  },
  StoredUserId: {
    accepts: ['ada', 'ada ', 'a\u200bb', '🙂'.repeat(128)],
    rejects: [
      ['', '>=1'],
      [x(129), 'is longer than 128 characters'],
      ['\u{10ffff}x', 'has a noncharacter'],
      [LONE, LONE_SURROGATE],
    ],
  },
  RequestId: {
    accepts: ['1', 'any text ✓', x(64)],
    rejects: [
      ['', '>=1'],
      [x(65), '<=64'],
      [LONE, LONE_SURROGATE],
      [1, 'expected string'],
    ],
  },
  ClientMessageId: {
    accepts: ['1', '0b9e_A-z', x(64)],
    rejects: [
      ['', 'must be 1 to 64'],
      [x(65), 'must be 1 to 64'],
      ['a:b', 'must be 1 to 64'],
      ['a\n', 'must be 1 to 64'],
    ],
  },
  SessionId: {
    accepts: ['1', '0b9e_A-z', x(64)],
    rejects: [
      ['', 'must be 1 to 64'],
      [x(65), 'must be 1 to 64'],
      ['a=', 'must be 1 to 64'],
      ['a\n', 'must be 1 to 64'],
    ],
  },
  Content: {
    accepts: ['hello', ' a', 'a\u0000', 'a\u2800', '👩‍👩‍👧', x(16_384), 'é'.repeat(8_192), '🙂'.repeat(4_096)],
    rejects: [
      ['', '>=1'],
      [x(16_385), 'is longer than 16384 bytes of UTF-8'],
      ['é'.repeat(8_193), 'is longer than 16384 bytes of UTF-8'],
      [LONE, LONE_SURROGATE],
      [' \n\u3000', NOTHING],
      ['\u200b\u3164\u0000', NOTHING],
      ['\u2800\u{1d159} ', NOTHING],
      [undefined, 'expected string'],
    ],
  },
  EditedContent: {
    accepts: ['', 'hello', x(16_384)],
    rejects: [
      [x(16_385), 'is longer than 16384 bytes of UTF-8'],
      [LONE, LONE_SURROGATE],
    ],
  },
  Caption: {
    accepts: ['', 'a view', x(2_048)],
    rejects: [
      [x(2_049), 'is longer than 2048 bytes of UTF-8'],
      [LONE, LONE_SURROGATE],
    ],
  },
  FileName: {
    accepts: ['view.jpg', '../../etc/passwd', 'ünïcødé 🙂.txt', '🙂'.repeat(255)],
    rejects: [
      ['', '>=1'],
      [x(256), 'is longer than 255 characters'],
      ['\u202e \n', NOTHING],
      [LONE, LONE_SURROGATE],
    ],
  },
  ContentEncoding: { accepts: ['base64'], rejects: [['hex', 'expected "base64"']] },
  ContentType: {
    accepts: ['image/png', 'application/vnd.oasis.opendocument.text', 'image/svg+xml'],
    rejects: [
      ['', 'must be a media type'],
      ['image', 'must be a media type'],
      ['image/', 'must be a media type'],
      ['Image/PNG', 'must be a media type'],
      ['text/html; charset=utf-8', 'must be a media type'],
      ['image/png\r\nx: y', 'must be a media type'],
      ['*/*', 'must be a media type'],
    ],
  },
  UploadId: {
    accepts: ['7c0e1a52-3f0d-4d4e-9a3b-0d7c5f3b8e11'],
    rejects: [
      ['7c0e1a52', 'Invalid UUID'],
      ['../7c0e1a52-3f0d-4d4e-9a3b-0d7c5f3b8e11', 'Invalid UUID'],
    ],
  },
  RoomName: {
    accepts: ['General', '🙂'.repeat(128)],
    rejects: [
      ['', '>=1'],
      [x(129), 'is longer than 128 characters'],
      [' ', UNPRINTABLE],
      ['General ', UNPRINTABLE],
      ['lareneG\u202e', UNPRINTABLE],
      ['General\n', UNPRINTABLE],
      [LONE, LONE_SURROGATE],
    ],
  },
  NamePrefix: {
    accepts: ['a', 'two words ', x(128)],
    rejects: [
      ['', '>=1'],
      [x(129), '<=128'],
      [LONE, LONE_SURROGATE],
    ],
  },
  SearchQuery: {
    accepts: ['a', ' two words ', '猫'.repeat(128)],
    rejects: [
      ['', '>=1'],
      [x(129), 'is longer than 128 characters'],
      [LONE, LONE_SURROGATE],
    ],
  },
  UserName: {
    accepts: ['Ada Lovelace', 'zoë', '🙂'.repeat(64), x(64)],
    rejects: [
      ['', '>=1'],
      [x(65), 'is longer than 64 characters'],
      [' ', UNPRINTABLE],
      ['Ada ', UNPRINTABLE],
      ['adA\u202e', UNPRINTABLE],
      ['A\u200bda', UNPRINTABLE],
      ['Ada\n', UNPRINTABLE],
      [LONE, LONE_SURROGATE],
      [null, 'expected string'],
    ],
  },
  ImageUrl: {
    accepts: [
      ...['https://example.com/a.png', 'https://example.com:8443/ü/@ada?a=b@c&d=(1)#e', 'https://例え.jp/木.png'],
      `https://${x(1_016)}`,
    ],
    rejects: [
      ['http://example.com/a.png', 'must be a URL that starts with https://'],
      ...[
        'https://a b',
        'https:///a.example',
        'https://',
        'https://a.example:x/',
        'https:\\\\a.example',
        'https://%/',
      ].map((text): [string, string] => [text, 'must be a URL that starts with https://']),
      ...['ada:secret@', 'ada@', '@', ':@', 'a.example\\@'].map((user): [string, string] => [
        `https://${user}b.example/`,
        'must not have a user name or a password',
      ]),
      ...['\u202e', '\u200b', '\u00a0', '\u2800', '\t', '\n', '\u0000', ' ', '"', "'", '`', '<', '>', '\\'].map(
        (character): [string, string] => [`https://a.example/${character}b`, 'has a blank, a quotation mark'],
      ),
      [`https://${x(1_017)}`, '<=1024'],
      [`https://${LONE}`, LONE_SURROGATE],
      [null, 'expected string'],
    ],
  },
  Seq: integer,
  Rev: integer,
  Version: integer,
  Reaction: {
    accepts: ['👍', '👍🏽', '❤️', '👩‍👩‍👧', ':shipit:', '+1', 'naïve', x(64)],
    rejects: [
      ['', '>=1'],
      [x(65), 'is longer than 64 bytes of UTF-8'],
      ['🙂'.repeat(17), 'is longer than 64 bytes of UTF-8'],
      ['a\nb', 'has a control or format character'],
      ['a\u202eb', 'has a control or format character'],
      ['a\u00adb', 'has a control or format character'],
      ['\u200d', NOTHING],
      [LONE, LONE_SURROGATE],
    ],
  },
  EpochMs: integer,
  MessageId: {
    accepts: ['0000000000000042'],
    rejects: [
      ['42', 'must be 16 digits'],
      ['00000000000000042', 'must be 16 digits'],
      ['000000000000004x', 'must be 16 digits'],
      [42, 'expected string'],
    ],
  },
  Cursor: {
    accepts: ['Z2VuZXJhbA', x(1_024)],
    rejects: [
      ['', '>=1'],
      [x(1_025), '<=1024'],
      [LONE, LONE_SURROGATE],
    ],
  },
}

/** Returns a value as it is shown in a test's name. */
const shown = (value: unknown) => {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 40 ? `${text.slice(0, 30)}… of ${String(text.length)}` : text
}

describe.each(Object.entries(tables))('%s', (name, { accepts, rejects }) => {
  const schema = scalars[name as keyof typeof tables] as z.ZodMiniType

  test.each(accepts.map((value) => [shown(value), value]))('accepts %s unchanged', (_, value) => {
    expect(schema.parse(value)).toBe(value)
  })

  test.each(rejects.map(([value, problem]) => [shown(value), problem, value] as const))(
    'rejects %s: %s',
    (_, problem, value) => {
      const { error } = schema.safeParse(value)
      expect(error?.issues.map((issue) => issue.message).join('; ')).toContain(problem)
    },
  )
})

test('a file name is cleaned rather than refused', () => {
  expect(scalars.FileName.parse('salary-\u202efdp.exe')).toBe('salary-fdp.exe')
  expect(scalars.FileName.parse(` report.pdf${' '.repeat(100)}.exe`)).toBe('report.pdf .exe')
})

test('a reaction is normalised rather than refused, so that one that looks the same is the same', () => {
  expect(scalars.Reaction.parse('nai\u0308ve')).toBe('na\u00efve')
})

test('only a text over its limit of bytes is marked as too large', () => {
  const marked = (schema: z.ZodMiniType, value: unknown) =>
    schema
      .safeParse(value)
      .error?.issues.map((issue) => (issue.code === 'custom' ? (issue.params?.code as unknown) : issue.code))
  expect(marked(scalars.Content, x(16_385))).toEqual(['too_large'])
  expect(marked(scalars.Caption, x(2_049))).toEqual(['too_large'])
  expect(marked(scalars.FileName, x(256))).toEqual([undefined])
  expect(marked(scalars.Content, LONE)).toEqual([undefined])
})
