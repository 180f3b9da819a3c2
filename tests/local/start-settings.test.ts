import { expect, test } from 'vitest'
import { StartupError } from '../../local/contracts.ts'
import { readStartSettings } from '../../local/start-settings.ts'

test('defaults to port 8080 of this machine only, in memory and quiet; empty means unset', () => {
  const defaults = { port: 8080, host: '127.0.0.1', verbose: false, likeAws: false }
  expect(readStartSettings({})).toEqual(defaults)
  expect(readStartSettings({ PORT: '', HOST: '', DATA_DIR: '', VERBOSE: '' })).toEqual(defaults)
})

test('reads PORT, HOST, DATA_DIR and VERBOSE', () => {
  expect(readStartSettings({ PORT: '0', HOST: '0.0.0.0', DATA_DIR: 'data', VERBOSE: '1' })).toEqual({
    port: 0,
    host: '0.0.0.0',
    dataDir: 'data',
    verbose: true,
    likeAws: false,
  })
})

test.each(['abc', '-1', '65536', '80.5', '0x50', '8080 '])('refuses PORT=%s and says what to give', (PORT) => {
  expect(() => readStartSettings({ PORT })).toThrow(StartupError)
  expect(() => readStartSettings({ PORT })).toThrow(
    `unable to listen on PORT=${PORT}; give a number from 0 to 65535: PORT=8081 npm start`,
  )
})

test('--like-aws asks for the ways of AWS; another argument is refused, and what there is is said', () => {
  expect(readStartSettings({}, ['--like-aws'])).toMatchObject({ likeAws: true })
  expect(() => readStartSettings({}, ['--like-azure'])).toThrow(StartupError)
  expect(() => readStartSettings({}, ['--like-azure'])).toThrow(/--like-azure.*npm start -- \[--like-aws\]/s)
})

test('reads the webhooks, any number of them, and the secret that signs for them', () => {
  const args = ['--webhook', 'http://localhost:3000/hook', '--webhook', 'https://example.com']
  expect(readStartSettings({ WEBHOOK_SECRET: 'whsec_x' }, args).bus).toEqual({
    subscribers: [{ url: 'http://localhost:3000/hook' }, { url: 'https://example.com' }],
    secret: 'whsec_x',
  })
  expect(readStartSettings({ WEBHOOK_SECRET: 'whsec_x' }).bus).toBeUndefined()
  expect(() => readStartSettings({}, ['--webhook', 'localhost:3000'])).toThrow(
    'unable to use --webhook localhost:3000; give a URL: --webhook http://localhost:3000/',
  )
})

test('reads where browsers subscribe to pushes', () => {
  const pushUrl = 'http://localhost:3000/subscriptions'
  expect(readStartSettings({}, ['--push', pushUrl])).toMatchObject({ pushUrl })
  expect(() => readStartSettings({}, ['--push', 'here'])).toThrow(
    'unable to use --push here; give a URL: --push http://localhost:3000/',
  )
})

test.each(['http://push.example.com/', 'http://192.168.1.2:3000/'])(
  'refuses to have browsers subscribe at %s, without TLS',
  (url) => {
    expect(() => readStartSettings({}, ['--push', url])).toThrow(
      new StartupError(`unable to use --push ${url}; another machine needs https`),
    )
  },
)

test.each(['https://push.example.com/', 'http://[::1]:3000/', 'http://127.0.0.1/'])('has them at %s', (pushUrl) => {
  expect(readStartSettings({}, ['--push', pushUrl])).toMatchObject({ pushUrl })
})

test.each([
  ['push', 'https://ada:secret@push.example.com/'],
  ['webhook', 'http://ada@localhost:3000/'],
  ['webhook', 'http://:secret@localhost:3000/'],
])('refuses --%s with a user or a password, and repeats neither', (flag, url) => {
  expect(() => readStartSettings({}, [`--${flag}`, url])).toThrow(
    new StartupError(`unable to use --${flag}; leave the user and the password out of the URL`),
  )
})
