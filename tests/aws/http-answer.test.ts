import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Answer, AnswerReader } from '../../src/aws/http-answer.ts'
import { bareServer } from './bare-server.ts'

interface Read {
  status: number
  headers: Record<string, string>
  body: string
}

/**
 * Reads these pieces with our reader; then the server ends. Returns undefined if there is no whole answer, or if more
 * bytes follow it: `node:http` then sometimes sees an answer and sometimes an error.
 */
function byOurs(pieces: readonly Buffer[]): Read | undefined {
  const reader = new AnswerReader(true)
  try {
    const last = pieces.findIndex((piece) => reader.push(piece))
    const hasMore = last >= 0 && (pieces.slice(last + 1).some(({ length }) => length > 0) || reader.hasMore)
    return hasMore || !reader.end() ? undefined : read(reader.answer!)
  } catch (error) {
    expect((error as Error).name).toBe('BadAnswer')
    return undefined
  }
}

const read = ({ status, headers, body }: Answer): Read => ({ status, headers: { ...headers }, body })

/** Reads the same with `node:http`. */
async function byNode(url: URL, path: string): Promise<Read | undefined> {
  const sent = request(new URL(path, url), { method: 'POST', agent: new Agent(), headers: { 'content-length': '0' } })
  // An error may follow the answer, if more bytes do.
  sent.on('error', () => undefined).end()
  try {
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    if (!response.complete) return undefined
    const headers: Record<string, string> = {}
    for (let i = 0; i < response.rawHeaders.length; i += 2) {
      const [name, value] = [response.rawHeaders[i]!.toLowerCase(), response.rawHeaders[i + 1]!]
      headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
    }
    return { status: response.statusCode!, headers, body: Buffer.concat(chunks).toString() }
  } catch {
    return undefined
  }
}

function piecesOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b)
  return [0, ...places].map((from, i) => bytes.subarray(from, [...places, bytes.length][i]))
}

const body = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('', '{}', 'a\r\n\r\nb', '0\r\n\r\n'),
)

const header = fc.constantFrom(
  'Date: Thu, 26 Nov 2026 10:00:00 GMT',
  'x-amzn-RequestId: abc',
  'X-Empty:',
  'x-spaces: \t  a b \t ',
  'x-twice: 1',
  'X-Twice: 2',
  'Connection: keep-alive',
  'connection: close',
  "x-odd!#$%&'*+.^_`|~: ü",
)

const chunked = (text: string, sizes: readonly number[], trailer: string): string => {
  const bytes = Buffer.from(text)
  let sent = ''
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const piece = bytes.subarray(at, at + (sizes[i % sizes.length] ?? 1))
    at += piece.length
    sent += `${piece.length.toString(16)}${i % 2 === 0 ? '' : ';note=1'}\r\n${piece.toString('latin1')}\r\n`
  }
  return `${sent}0\r\n${trailer}\r\n`
}

/** An answer as a server may send it, as latin1 text. */
const answer = fc
  .record({
    version: fc.constantFrom('1.1', '1.1', '1.1', '1.0'),
    status: fc.constantFrom('200 OK', '200', '204 No Content', '304 Not Modified', '400 Bad Request', '503 '),
    early: fc.constantFrom('', '', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n'),
    headers: fc.array(header, { maxLength: 5 }),
    body,
    way: fc.constantFrom('sized', 'chunked', 'until the end'),
    sizes: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 }),
    trailer: fc.constantFrom('', 'x-checksum: 1\r\n'),
  })
  .map(({ version, status, early, headers, body, way, sizes, trailer }) => {
    const isEmpty = /^(204|304)/.test(status)
    const text = Buffer.from(body).toString('latin1')
    const more = {
      sized: { header: `content-length: ${isEmpty ? 0 : text.length}`, sent: text },
      chunked: { header: 'Transfer-Encoding: chunked', sent: chunked(body, sizes, trailer) },
      'until the end': { header: 'x-way: until the end', sent: text },
    }[isEmpty && way === 'chunked' ? 'sized' : version === '1.0' && way === 'chunked' ? 'sized' : way]
    return `${early}HTTP/${version} ${status}\r\n${[...headers, more.header].join('\r\n')}\r\n\r\n${isEmpty ? '' : more.sent}`
  })

/** An answer that a malicious or broken server has changed. */
const spoilt = fc
  .record({
    answer,
    at: fc.nat(400),
    cut: fc.nat(6),
    put: fc.constantFrom(
      '',
      '\r',
      '\n',
      '\r\n',
      ' ',
      '\t',
      ':',
      ';',
      '0',
      '9',
      'f',
      '-',
      '\0',
      '\x7f',
      'content-length: 3\r\n',
    ),
  })
  .map(({ answer, at, cut, put }) => answer.slice(0, at) + put + answer.slice(at + cut))

const cuts = fc.array(fc.nat(1_000), { maxLength: 8 })

/** Lets both readers read these bytes, split at random. */
async function compare(
  answers: typeof answer,
  runs: number,
  check: (ours?: Read, node?: Read) => void,
): Promise<number> {
  const sent = new Map<string, Buffer[]>()
  const { url } = await bareServer(({ path, socket }) => void write(socket, sent.get(path)!))
  let compared = 0
  const one = fc.asyncProperty(answers, cuts, async (text, places) => {
    const path = `/${compared++}`
    const pieces = piecesOf(Buffer.from(text, 'latin1'), places)
    sent.set(path, pieces)
    check(byOurs(pieces), await byNode(url, path))
  })
  await fc.assert(one, {
    numRuns: runs,
    // The same bytes in each run of the tests.
    seed: 1,
    endOnFailure: true,
  })
  return compared
}

function write(socket: Socket, pieces: readonly Buffer[]): void {
  for (const piece of pieces) socket.write(piece)
  socket.end()
}

describe('beside node:http, with random bytes', () => {
  test('every answer that a server may send is read alike, however it is split', async () => {
    let whole = 0
    const compared = await compare(answer, 1_000, (ours, node) => {
      expect(ours).toEqual(node)
      if (ours !== undefined) whole++
    })
    expect([compared, whole]).toEqual([1_000, 1_000])
  })

  test('of what no server should send nothing is read that node:http reads otherwise', async () => {
    const outcomes = { alike: 0, refusedByBoth: 0, refusedByUs: 0 }
    await compare(spoilt, 2_000, (ours, node) => {
      if (ours !== undefined) expect(ours).toEqual(node)
      outcomes[ours !== undefined ? 'alike' : node === undefined ? 'refusedByBoth' : 'refusedByUs']++
    })
    // Each outcome must happen, or the test proves nothing.
    for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(20)
  })
})

const whole = (text: string) => byOurs([Buffer.from(text, 'latin1')])

describe('is no answer', () => {
  test.each([
    ['another protocol', 'HTTP/2 200\r\n\r\n', 'it does not begin with a status of HTTP/1.1'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n', 'it does not begin with a status of HTTP/1.1'],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', 'it goes on in another protocol'],
    ['a header without a name', 'HTTP/1.1 200 OK\r\n: x\r\n\r\n', 'a header is no header'],
    ['a header with a space in its name', 'HTTP/1.1 200 OK\r\nx y: z\r\n\r\n', 'a header is no header'],
    ['a header on two lines', 'HTTP/1.1 200 OK\r\nx: y\r\n z\r\n\r\n', 'a header is no header'],
    ['a bare line feed', 'HTTP/1.1 200 OK\r\nx: y\ncontent-length: 0\r\n\r\n', 'a header is no header'],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
      'the length of its body is no number',
    ],
    ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n', 'the length of its body is no number'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      'its body has two lengths',
    ],
    [
      'a coding that we have not asked for',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n',
      'its body is encoded as gzip',
    ],
    [
      'a chunk of no size',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n',
      'the length of a chunk is no number',
    ],
    [
      'a chunk longer than it says',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n',
      'a chunk is longer than it says',
    ],
    ['a head without an end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(17_000)}`, 'its head is too large'],
    [
      'a chunk size without an end',
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${'1'.repeat(17_000)}`,
      'a line is too long',
    ],
  ])('%s', (_, text, why) => {
    const reader = new AnswerReader(true)
    expect(() => reader.push(Buffer.from(text, 'latin1'))).toThrow(`unable to read the answer; ${why}`)
  })
})

test.each([
  ['the head', 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n'],
  ['the body', 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nab'],
  ['a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab'],
  ['the last chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n'],
])('an answer that ends within %s is not whole', (_, text) => {
  expect(whole(text)).toBeUndefined()
})

test('of a large body no byte is copied more often than it takes to join its pieces', () => {
  const reader = new AnswerReader(true)
  const piece = Buffer.alloc(65_536, 'x')
  const pieces = 512
  reader.push(Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${piece.length * pieces}\r\n\r\n`))
  for (let i = 1; i < pieces; i++) expect(reader.push(piece)).toBe(false)
  expect(reader.push(piece)).toBe(true)
  expect(reader.answer!.body).toHaveLength(piece.length * pieces)
  expect(reader.isReusable).toBe(true)
})
