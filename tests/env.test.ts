import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { listOf, oneOf, optional, type Shape, text, url, wholeNumber } from '../src/env.ts'
import { root, sources } from './architecture/sources.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
})

/** Where each setting is read, what it must be, and values that it must not have. */
const settings: {
  name: string
  read: () => Promise<unknown>
  expected: string
  wrong: string[]
  unset: 'is refused' | 'has a default'
}[] = [
  {
    name: 'MAX_FILE_BYTES',
    read: () => import('../src/ws/max-file-bytes.ts'),
    expected: 'a whole number from 1 to 5368709120',
    wrong: ['25MB', '5368709121'],
    unset: 'has a default',
  },
  {
    name: 'ALLOWED_CONTENT_TYPES',
    read: () => import('../src/files/media-types.ts'),
    expected: 'a comma-separated list, each a media type such as image/png or image/*',
    wrong: ['png', '*/*', 'image/png,', 'image/png;q=1,a b/c', ','],
    unset: 'has a default',
  },
  {
    name: 'RATE_LIMITS',
    read: () => import('../src/ws/rate-limit.ts'),
    expected:
      'a comma-separated list such as send=20/10,room=10/60, of send, direct, room, add, join, upload, change, mark, react, typing, presence, search, sync, page, read',
    wrong: ['20/10', 'send=20', 'send=20/0', 'sends=20/10', 'send=20/10,', ' '],
    unset: 'has a default',
  },
  {
    name: 'SEND_RATE_LIMIT',
    read: () => import('../src/ws/rate-limit.ts'),
    expected: 'uses/seconds, such as 20/10',
    wrong: ['20', '20/0', '0/10', '20 / 10', '20/10s', ' '],
    unset: 'has a default',
  },
  {
    name: 'SERVER_RATE_LIMIT',
    read: () => import('../src/http/act.ts'),
    expected: 'uses/seconds, such as 20/10',
    wrong: ['200', '200/0', 'none'],
    unset: 'has a default',
  },
  {
    name: 'DEFAULT_ROOM_ACCESS',
    read: () => import('../src/ws/room-policy.ts'),
    expected: 'public or link or private',
    wrong: ['open', 'direct', ''],
    unset: 'has a default',
  },
  {
    name: 'CHOSEN_ROOM_IDS',
    read: () => import('../src/ws/room-policy.ts'),
    expected: 'anyone or server',
    wrong: ['users', 'scope'],
    unset: 'has a default',
  },
  {
    name: 'ROOM_CREATION',
    read: () => import('../src/ws/room-policy.ts'),
    expected: 'anyone or scope or server',
    wrong: ['nobody'],
    unset: 'has a default',
  },
  {
    name: 'RETENTION_DAYS',
    read: () => import('../src/entities/retention.ts'),
    expected: 'a whole number from 1 to 3650',
    wrong: ['0', '30d', '3651', ''],
    unset: 'has a default',
  },
  {
    name: 'DIRECT_MESSAGES',
    read: () => import('../src/ws/room-policy.ts'),
    expected: 'anyone or server',
    wrong: ['nobody', 'scope'],
    unset: 'has a default',
  },
  {
    name: 'PROFILES',
    read: () => import('../src/ws/profile-policy.ts'),
    expected: 'token or users or server',
    wrong: ['anyone', 'user', ''],
    unset: 'has a default',
  },
  {
    name: 'MAX_ROOM_MEMBERS',
    read: () => import('../src/rooms/room-size.ts'),
    expected: 'a whole number from 2 to 200000',
    wrong: ['1', '100k', '200001'],
    unset: 'has a default',
  },
  {
    name: 'JANITOR_WRITES_PER_SECOND',
    read: () => import('../src/janitor/handler.ts'),
    expected: 'a whole number from 1 to 40000',
    wrong: ['0', '200/s', '40001'],
    unset: 'has a default',
  },
  {
    name: 'ALLOWED_ORIGINS',
    read: () => import('../src/ws/routes/connect.ts'),
    expected: 'a comma-separated list, each * or an origin such as https://chat.example.com',
    wrong: ['chat.example.com', 'https://chat.example.com/', 'https://a.example,', ',', ' '],
    unset: 'has a default',
  },
  {
    name: 'JWKS_URL',
    read: () => import('../src/ws/verify-token.ts'),
    expected: 'a URL that starts with http:// or https://',
    wrong: ['login.example.com/jwks.json'],
    unset: 'is refused',
  },
  {
    name: 'JWKS',
    read: () => import('../src/ws/issuers.ts'),
    expected: 'public keys as JSON, {"keys": [{"kty": …}]}',
    wrong: ['', '{"keys":[]}', '[]'],
    unset: 'has a default',
  },
  {
    name: 'MORE_ISSUERS',
    read: () => import('../src/ws/issuers.ts'),
    expected: 'a JSON list, each {"issuer", "audiences", and either "jwksUrl" or "jwks"}',
    wrong: ['', '{}', '[{"issuer":"a","audiences":["b"]}]'],
    unset: 'has a default',
  },
  {
    name: 'JWT_ISSUER',
    read: () => import('../src/ws/verify-token.ts'),
    expected: 'a text without spaces around it',
    wrong: ['https://login.example.com '],
    unset: 'is refused',
  },
  {
    name: 'JWT_AUDIENCE',
    read: () => import('../src/ws/routes/authorizer.ts'),
    expected: 'a comma-separated list, each an audience',
    wrong: ['our chat', 'chat,'],
    unset: 'is refused',
  },
  {
    name: 'JWKS_TIMEOUT_MS',
    read: () => import('../src/ws/key-set.ts'),
    expected: 'a whole number from 1 to 60000',
    wrong: ['3s', '0'],
    unset: 'has a default',
  },
  {
    name: 'JWT_TYP',
    read: () => import('../src/ws/routes/authorizer.ts'),
    expected: 'a text without spaces around it',
    wrong: ['', ' at+jwt'],
    unset: 'has a default',
  },
  {
    name: 'JWT_MAX_AGE_SECONDS',
    read: () => import('../src/ws/routes/authorizer.ts'),
    expected: 'a whole number from 1 to 9007199254740991',
    wrong: ['0', '1h'],
    unset: 'has a default',
  },
  {
    name: 'MAX_USER_CONNECTIONS',
    read: () => import('../src/rooms/session.ts'),
    expected: 'a whole number from 1 to 10000',
    wrong: ['0', '10001', 'many'],
    unset: 'has a default',
  },
  {
    name: 'MAX_USER_ROOMS',
    read: () => import('../src/rooms/require-place.ts'),
    expected: 'a whole number from 1 to 100000',
    wrong: ['0', '100001'],
    unset: 'has a default',
  },
  {
    name: 'MAX_PENDING_UPLOADS',
    read: () => import('../src/ws/pending-uploads.ts'),
    expected: 'a whole number from 1 to 1000',
    wrong: ['0', '1001'],
    unset: 'has a default',
  },
  {
    name: 'MAX_PENDING_UPLOAD_BYTES',
    read: () => import('../src/ws/pending-uploads.ts'),
    expected: 'a whole number from 1 to 9007199254740991',
    wrong: ['0', '500MB'],
    unset: 'has a default',
  },
  {
    name: 'TABLE_NAME',
    read: () => import('../src/entities/table.ts'),
    expected: 'a text without spaces around it',
    wrong: [' tabletalk'],
    unset: 'has a default',
  },
  {
    name: 'TABLE_CLIENT',
    read: () => import('../src/entities/table.ts'),
    expected: 'lean or sdk',
    wrong: ['fast', ''],
    unset: 'has a default',
  },
  {
    name: 'AWS_ENDPOINT_URL_DYNAMODB',
    read: () => import('../src/entities/table.ts'),
    expected: 'a URL that starts with http:// or https://',
    wrong: ['localhost:8000'],
    unset: 'has a default',
  },
  {
    name: 'TABLE_TIMEOUT_MS',
    read: () => import('../src/entities/table.ts'),
    expected: 'a whole number from 1 to 60000',
    wrong: ['2s', '0'],
    unset: 'has a default',
  },
  {
    name: 'FILES_BUCKET',
    read: () => import('../src/files/bucket-settings.ts'),
    expected: 'a text without spaces around it',
    wrong: ['files '],
    unset: 'has a default',
  },
  {
    name: 'AWS_REGION',
    read: () => import('../src/files/bucket-settings.ts'),
    expected: 'a text without spaces around it',
    wrong: [' us-east-1'],
    unset: 'has a default',
  },
  {
    name: 'AWS_ENDPOINT_URL_S3',
    read: () => import('../src/files/bucket-settings.ts'),
    expected: 'a URL that starts with http:// or https://',
    wrong: ['localhost:9000'],
    unset: 'has a default',
  },
  {
    name: 'AWS_ENDPOINT_URL_EVENTBRIDGE',
    read: () => import('../src/followups/put-events.ts'),
    expected: 'a URL that starts with http:// or https://',
    wrong: ['localhost:9000'],
    unset: 'has a default',
  },
  {
    name: 'AWS_ENDPOINT_URL_SQS',
    read: () => import('../src/webhooks/retry-later.ts'),
    expected: 'a URL that starts with http:// or https://',
    wrong: ['localhost:9000'],
    unset: 'has a default',
  },
  {
    name: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
    read: () => import('../src/webhooks/secrets.ts'),
    expected: 'a URL that starts with http:// or https://',
    wrong: ['localhost:9000'],
    unset: 'has a default',
  },
  {
    name: 'EVENTS_BUS',
    read: () => import('../src/followups/put-events.ts'),
    expected: 'a text without spaces around it',
    wrong: ['', ' bus'],
    unset: 'has a default',
  },
  {
    name: 'PUSH',
    read: () => import('../src/followups/push-wanted.ts'),
    expected: 'on or previews',
    wrong: ['', 'off', 'ON'],
    unset: 'has a default',
  },
  {
    name: 'SEARCH',
    read: () => import('../src/search/search-setting.ts'),
    expected: 'on or off',
    wrong: ['', 'true', 'ON'],
    unset: 'has a default',
  },
  {
    name: 'WEBHOOKS',
    read: () => import('../src/webhooks/webhooks.ts'),
    expected: 'JSON: by the name of a queue, { "url", "secretArn", "queueUrl" }',
    wrong: ['https://a.example', '{"queue":{"url":"https://a.example"}}'],
    unset: 'is refused',
  },
  {
    name: 'CONNECTIONS_ENDPOINT',
    read: () => import('../src/streams/handler.ts'),
    expected: 'a URL that starts with http:// or https://',
    wrong: ['wss://chat.example.com/prod'],
    unset: 'is refused',
  },
  {
    name: 'CONNECTIONS_ENDPOINT',
    read: () => import('../src/uploads/object-created.ts'),
    expected: 'a URL that starts with http:// or https://',
    wrong: ['wss://chat.example.com/prod'],
    unset: 'is refused',
  },
  {
    name: 'POSTING',
    read: async () => (await import('../src/delivery/posting/post.ts')).postTo('http://localhost:1/local'),
    expected: 'lean or sdk',
    wrong: ['fast'],
    unset: 'has a default',
  },
  {
    name: 'POST_TIMEOUT_MS',
    read: () => import('../src/delivery/posting/post-with-retry.ts'),
    expected: 'a whole number from 4 to 60000',
    wrong: ['2s', '3'],
    unset: 'has a default',
  },
  {
    name: 'STREAM_WINDOW_MS',
    read: async () => (await import('../src/streams/coalescing-window.ts')).windowOf(),
    expected: 'a whole number from 0 to 30000',
    wrong: ['soon', '30001'],
    unset: 'has a default',
  },
  {
    name: 'STREAM_WINDOW_FROM_EVENTS_PER_SECOND',
    read: async () => (await import('../src/streams/coalescing-window.ts')).windowOf(),
    expected: 'a whole number from 0 to 9007199254740991',
    wrong: ['20/s'],
    unset: 'has a default',
  },
]

/** Sets valid values for all required settings, so that only the tested setting can be refused. */
function stubRequired(): void {
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('CONNECTIONS_ENDPOINT', 'http://localhost:1/local')
  vi.stubEnv('JWKS_URL', 'http://localhost:1/jwks.json')
  vi.stubEnv('JWT_ISSUER', 'issuer')
  vi.stubEnv('JWT_AUDIENCE', 'audience')
}

describe('a setting with a wrong value is refused as the function starts', () => {
  test.each(
    settings.flatMap(({ wrong, ...setting }) =>
      wrong.map((value) => [`${setting.name}=${JSON.stringify(value)}`, { ...setting, value }] as const),
    ),
  )('%s', async (_, { name, read, expected, value }) => {
    stubRequired()
    vi.stubEnv(name, value)
    await expect(read()).rejects.toThrow(`unable to start; ${name} must be ${expected}, not ${JSON.stringify(value)}`)
  })
})

test.each(settings.map((setting) => [setting.name, setting.unset, setting] as const))(
  '%s, when it is unset, %s',
  async (name, _, { read, expected, unset }) => {
    stubRequired()
    vi.stubEnv(name, undefined)
    if (unset === 'is refused') {
      await expect(read()).rejects.toThrow(`unable to start; ${name} is not set, it must be ${expected}`)
    } else {
      await read()
    }
  },
)

const anyShape: [name: string, shape: Shape<unknown>, right: Record<string, unknown>, wrong: string[]][] = [
  ['text', text, { a: 'a', 'two words': 'two words' }, ['', ' ', ' a', 'a\n']],
  [
    'whole number',
    wholeNumber({ from: 1, to: 10 }),
    { 1: 1, 10: 10, '007': 7 },
    ['', '0', '11', '-1', '1.5', '1e0', '0x1', ' 5', '5 ', '5MB', 'NaN', 'Infinity', '٣'],
  ],
  ['whole number without an upper bound', wholeNumber({ from: 0 }), { 0: 0 }, ['9007199254740992', '1e999']],
  [
    'URL',
    url,
    { 'https://a.example/b?c#d': 'https://a.example/b?c#d', 'http://localhost:1': 'http://localhost:1' },
    ['', 'a.example', '//a.example', 'https://', 'https://a b', ' https://a', 'file:///a', 'wss://a', 'https://a:port'],
  ],
  ['choice', oneOf('lean', 'sdk'), { lean: 'lean', sdk: 'sdk' }, ['', 'LEAN', 'lean ', 'lean or sdk']],
  [
    'list',
    listOf({ expected: 'a letter', pattern: /^[a-z]$/ }),
    { a: ['a'], 'a,b': ['a', 'b'], ' a , b ': ['a', 'b'] },
    ['', ' ', ',', 'a,', ',a', 'a,,b', 'a b', 'a;b'],
  ],
]

describe.each(anyShape)('%s', (_, shape, right, wrong) => {
  test.each(Object.entries(right))('"%s" is read', (value, expected) => {
    vi.stubEnv('A_SETTING', value)
    expect(optional('A_SETTING', shape)).toEqual(expected)
  })

  test.each(wrong)('"%s" is refused', (value) => {
    vi.stubEnv('A_SETTING', value)
    expect(() => optional('A_SETTING', shape)).toThrow(
      `unable to start; A_SETTING must be ${shape.expected}, not ${JSON.stringify(value)}`,
    )
  })
})

describe('a right value is what the function uses', () => {
  test.each([
    ['MAX_FILE_BYTES', '1', () => import('../src/ws/max-file-bytes.ts'), 'maxFileBytes', 1],
    [
      'ALLOWED_CONTENT_TYPES',
      'image/png, audio/*',
      () => import('../src/files/media-types.ts'),
      'allowedTypes',
      ['image/png', 'audio/*'],
    ],
    ['TABLE_NAME', 'ours', () => import('../src/entities/table.ts'), 'table', 'ours'],
    ['RETENTION_DAYS', '90', () => import('../src/entities/retention.ts'), 'deploymentRetentionDays', 90],
    ['FILES_BUCKET', 'ours', () => import('../src/files/bucket-settings.ts'), 'bucket', 'ours'],
    ['AWS_REGION', 'eu-west-1', () => import('../src/files/bucket-settings.ts'), 'region', 'eu-west-1'],
    [
      'AWS_ENDPOINT_URL_S3',
      'http://localhost:9000',
      () => import('../src/files/bucket-settings.ts'),
      'localEndpoint',
      'http://localhost:9000',
    ],
  ])('%s=%s', async (name, value, read, constant, expected) => {
    vi.stubEnv(name, value)
    expect((await read())[constant as never]).toEqual(expected)
  })
})

test('nothing of src/ but env.ts reads the environment', () => {
  const reading = sources.filter(
    (file) =>
      file.startsWith('src/') &&
      /process\s*\.\s*env|process\s*\[|import\.meta\.env/.test(readFileSync(`${root}${file}`, 'utf8')),
  )
  expect(reading).toEqual(['src/env.ts'])
})

test('docs/operations.md lists every setting with the module that reads it', () => {
  const read = sources
    .filter((file) => file.startsWith('src/') && file !== 'src/env.ts')
    .flatMap((file) =>
      [...readFileSync(`${root}${file}`, 'utf8').matchAll(/\b(?:required|optional)\('([A-Z0-9_]+)'/g)].map(
        ([, name]) => `${name} ${file}`,
      ),
    )
  const document = readFileSync(`${root}docs/operations.md`, 'utf8')
  const listed = [...document.matchAll(/^\| `([A-Z0-9_]+)` .*\| `(src\/[^|]+)` +\|$/gm)].flatMap(
    ([, name, files = '']) => files.split('`, `').map((file) => `${name} ${file}`),
  )
  expect(listed.toSorted()).toEqual(read.toSorted())
  expect([...new Set(settings.map(({ name }) => name))].toSorted()).toEqual(
    [...new Set(read.map((line) => line.split(' ')[0]))].toSorted(),
  )
})
