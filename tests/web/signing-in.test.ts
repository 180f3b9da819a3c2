import { describe, expect, test } from 'vitest'
import { UnauthorizedError } from '../../client/index.ts'
import { FileAddress } from '../../web/src/state/file-address.ts'
import { Identity, withoutName } from '../../web/src/state/identity.ts'
import { kept } from '../../web/src/state/kept.ts'
import { hashOf, routeFrom } from '../../web/src/state/route.ts'
import { loadPageConfig, pageConfigFrom } from '../../web/src/state/page-config.ts'
import { ThemeChoice } from '../../web/src/state/theme.ts'
import { tokenSource } from '../../web/src/state/token-source.ts'
import { tokenOf } from '../client/given-client.ts'
import { FakeStrings } from './given-chat.ts'

const fit = { url: 'wss://x', signIn: { kind: 'token' } }

describe('config.json', () => {
  test.each([
    ['/local', 'http://localhost:8080/', 'ws://localhost:8080/local'],
    ['/prod', 'https://chat.example/', 'wss://chat.example/prod'],
    ['wss://abc.execute-api.eu-central-1.amazonaws.com/prod', 'https://chat.example/', undefined],
  ])('with the url %s on %s leads to the WebSocket', (url, base, expected) => {
    expect(pageConfigFrom({ url, signIn: { kind: 'token' } }, base).url).toBe(expected ?? url)
  })

  test.each([
    [undefined, /no "url"/],
    [{}, /no "url"/],
    [{ url: 'ftp://x', signIn: { kind: 'local' } }, /not that of a WebSocket/],
    [{ url: 'wss://x' }, /"signIn"/],
    [{ url: 'wss://x', signIn: { kind: 'magic' } }, /"signIn"/],
    [{ url: 'wss://x', signIn: { kind: 'tokenUrl' } }, /"signIn"/],
    [{ ...fit, brand: {} }, /"brand" .* no "name"/],
    [{ ...fit, brand: { name: 'Acme', logo: 'https://elsewhere.example/logo.svg' } }, /"logo" .* own host/],
    [{ ...fit, brand: { name: 'Acme', colours: { 'accent; x': 'red' } } }, /"colours"/],
    [{ ...fit, brand: { name: 'Acme', colours: { accent: 1 } } }, /"colours"/],
  ])('that is %j is refused in a sentence', (json, sentence) => {
    expect(() => pageConfigFrom(json, 'https://chat.example/')).toThrow(sentence)
  })

  test('may give the page another name, a logo and colours', () => {
    const brand = { name: 'Acme', logo: '/acme.svg', colours: { accent: 'light-dark(#0f766e, #5eead4)' } }
    expect(pageConfigFrom({ ...fit, brand }, 'https://chat.example/').brand).toEqual(brand)
    expect(pageConfigFrom(fit, 'https://chat.example/')).not.toHaveProperty('brand')
  })

  test('cannot make a link that runs something', () => {
    const signIn = { kind: 'tokenUrl', url: '/token' }
    const settings = (signInUrl: string) =>
      pageConfigFrom({ url: 'wss://x', signIn: { ...signIn, signInUrl } }, 'https://chat.example/').signIn
    expect(settings('javascript:alert(1)')).toEqual(signIn)
    expect(settings('https://id.example/')).toEqual({ ...signIn, signInUrl: 'https://id.example/' })
  })

  test('that is missing, or not JSON, is told', async () => {
    const load = (response: Response) => loadPageConfig('https://chat.example/', async () => response)
    await expect(load(new Response('', { status: 404 }))).rejects.toThrow(
      'config.json is missing: the server answered 404.',
    )
    await expect(load(new Response('<html>'))).rejects.toThrow(/no "url"/)
  })
})

describe('a token', () => {
  const asked: unknown[][] = []
  const answering =
    (status: number, body: unknown): typeof fetch =>
    async (...request) => {
      asked.push(request)
      return Response.json(body, { status })
    }

  test('is asked for with the name, of the local issuer', async () => {
    const token = await tokenSource({ kind: 'local' }, 'ada', answering(200, { token: 't' }))()
    expect(token).toBe('t')
    expect(asked.at(-1)).toEqual(['/dev/token', { method: 'POST', body: '{"userId":"ada"}' }])
  })

  test('is asked for with the cookies, of the team’s endpoint', async () => {
    const url = 'https://id.example/token'
    expect(await tokenSource({ kind: 'tokenUrl', url }, '', answering(200, { token: 't' }))()).toBe('t')
    expect(asked.at(-1)).toEqual([url, { method: 'POST', credentials: 'include' }])
  })

  test.each([400, 401, 403])('that is refused with %i ends the attempts', async (status) => {
    await expect(tokenSource({ kind: 'local' }, 'ada', answering(status, {}))()).rejects.toThrow(UnauthorizedError)
  })

  test.each([
    ['an error', async () => Response.json({}, { status: 503 }), 'the server answered 503'],
    ['no token', async () => Response.json({}), 'the server answered without a token'],
    ['nothing', async () => Response.json(null), 'the server answered without a token'],
    ['what is no JSON', async () => new Response('<html>'), 'the server answered without a token'],
    ['no answer', () => Promise.reject(new TypeError('Failed to fetch')), 'the server did not answer'],
  ])('for which there is %s is asked for again, and why is said', async (_what, ask: typeof fetch, reason) => {
    const error = (await tokenSource({ kind: 'local' }, 'ada', ask)().catch((error: unknown) => error)) as Error
    expect(error.message).toBe(reason)
    expect(error).not.toBeInstanceOf(UnauthorizedError)
  })

  test('that was pasted is used until it expires', async () => {
    const source = (token: string) => tokenSource({ kind: 'token' }, token, answering(500, {}))()
    const now = Math.floor(Date.now() / 1_000)
    const valid = tokenOf({ sub: 'ada', exp: now + 60 })
    expect(await source(valid)).toBe(valid)
    await expect(source(tokenOf({ sub: 'ada', exp: now - 1 }))).rejects.toThrow('Your token has expired.')
    await expect(source('nonsense')).rejects.toThrow('That is not a token.')
  })
})

describe('who a tab is', () => {
  test('is named by the address, otherwise kept for the tab until signing out', () => {
    const identity = new Identity(new FakeStrings())
    expect(identity.initial('')).toBeUndefined()
    identity.keep('ada')
    expect([identity.initial(''), identity.initial('?as=bob'), identity.initial('?as=%20')]).toEqual([
      'ada',
      'bob',
      'ada',
    ])
    identity.forget()
    expect(identity.initial('')).toBeUndefined()
  })

  test('is taken out of the address, and only that', () => {
    expect(withoutName('http://localhost/?as=ada&x=1#/room/lobby')).toBe('http://localhost/?x=1#/room/lobby')
    expect(withoutName('http://localhost/?as=ada')).toBe('http://localhost/')
  })

  test('is forgotten, and nothing fails, where the browser keeps nothing', () => {
    const strings = kept(() => {
      throw new Error('denied')
    })
    const identity = new Identity(strings)
    identity.keep('ada')
    expect(identity.initial('')).toBeUndefined()
    expect(new ThemeChoice(strings).get()).toBe('system')
  })
})

test('the colours chosen are kept', () => {
  const strings = new FakeStrings()
  new ThemeChoice(strings).choose('dark')
  expect(new ThemeChoice(strings).get()).toBe('dark')
  strings.setItem('tabletalk.theme', 'pink')
  expect(new ThemeChoice(strings).get()).toBe('system')
})

describe('the address', () => {
  test.each([{ kind: 'home' }, { kind: 'room', id: 'a:b_c-9' }, { kind: 'direct', userId: 'a/b ü?#%' }] as const)(
    'of %j leads back to it',
    (route) => {
      expect(routeFrom(hashOf(route))).toEqual(route)
    },
  )

  test.each(['', '#', '#/', '#/room/', '#/room/%', '#/other/x', '#/room/a/b'])('%j is of nothing', (hash) => {
    expect(routeFrom(hash)).toEqual({ kind: 'home' })
  })
})

describe('the address of a file', () => {
  const file = {
    ...{ uploadId: 'u', fileName: 'a.png', contentType: 'image/png', size: 1 },
    ...{ fileUrl: 'https://bucket/first', fileUrlExpiresAt: 100_000 },
  }

  test('is nothing once it has expired, or is about to', () => {
    const address = FileAddress.of(file, () => Promise.reject(new Error('not asked')))
    expect(address.current(80_000)).toBe('https://bucket/first')
    expect(address.current(95_000)).toBeUndefined()
  })

  test('is asked for once by all who want a new one, and again after a failure', async () => {
    let times = 0
    const address = FileAddress.of(file, async () => {
      if (++times === 1) throw new Error('busy')
      return { fileUrl: `https://bucket/${times}`, expiresAt: 200_000 }
    })
    await expect(address.renew()).rejects.toThrow('busy')
    expect(await Promise.all([address.renew(), address.renew()])).toEqual(['https://bucket/2', 'https://bucket/2'])
    expect(address.current(150_000)).toBe('https://bucket/2')
  })

  test('of a picture made small is the file’s where there is none any more', async () => {
    const ask = async () => ({ fileUrl: 'https://bucket/file', pictureUrl: 'https://bucket/large', expiresAt: 200_000 })
    expect(FileAddress.of(file, ask).small('thumbnailUrl')).toBeUndefined()
    const address = FileAddress.of({ ...file, thumbnailUrl: 'https://bucket/small' }, ask)
    const [small, large] = [address.small('thumbnailUrl')!, address.small('pictureUrl')!]
    expect([address, small, large].map((one) => one.current(80_000))).toEqual([
      'https://bucket/first',
      'https://bucket/small',
      undefined,
    ])
    expect(await large.renew()).toBe('https://bucket/large')
    expect(await small.renew()).toBe('https://bucket/file')
  })

  test('of a file and of its picture made small are renewed together', async () => {
    let times = 0
    const ask = async () => ({ fileUrl: `file ${++times}`, pictureUrl: `large ${times}`, expiresAt: 200_000 })
    const address = FileAddress.of({ ...file, thumbnailUrl: 'https://bucket/small' }, ask)
    const large = address.small('pictureUrl')!
    expect(await Promise.all([large.renew(), address.renew()])).toEqual(['large 1', 'file 1'])
    expect([address.current(150_000), large.current(150_000)]).toEqual(['file 1', 'large 1'])
  })
})
