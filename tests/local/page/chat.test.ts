import { expect, test, vi } from 'vitest'
import { TooLarge } from '../../../src/errors.ts'
import type { FakeBrowser, Frame } from './fake-browser.ts'
import { openPage } from './fake-browser.ts'

interface Message extends Record<string, unknown> {
  event: 'message'
  chatRoomId: string
  seq: number
  content: string
  clientMessageId?: string
}

interface Range {
  after?: number
  before?: number
  limit?: number
}

/** One room with so many messages, `1`, `2`, …; whatever is sent is answered once. */
class Room {
  messages: Message[] = []
  /** Sent messages are kept, but their replies are lost. */
  mute = false

  constructor(messages: number) {
    for (let n = 1; n <= messages; n += 1) this.say(String(n))
  }

  say(content: string, fields: object = {}): Message {
    const seq = this.messages.length + 1
    const messageId = String(seq).padStart(16, '0')
    const message = {
      event: 'message',
      chatRoomId: 'lobby',
      senderId: 'bob',
      seq,
      messageId,
      content,
      ...fields,
    } as const
    this.messages.push(message)
    return message
  }

  readonly answer = (frame: Frame): object | undefined => {
    switch (frame.action) {
      case 'joinRoom':
        return { roomName: 'Lobby', headSeq: this.messages.length }
      case 'getHistory':
        return this.#page(frame as Range)
      case 'sendMessage':
        return this.#append(frame)
      case 'getFileUrl':
        return { fileUrl: 'http://bucket/fresh', expiresAt: Date.now() + 900_000 }
      case 'handleFileUpload':
        return { method: 'POST', url: 'http://bucket/', fields: {} }
      default:
        return {}
    }
  }

  #page({ after, before, limit = 50 }: Range): object {
    const inRange = this.messages.filter(({ seq }) => seq > (after ?? 0) && seq < (before ?? Infinity))
    const messages = after === undefined ? inRange.slice(-limit) : inRange.slice(0, limit)
    return { messages, hasMore: messages.length < inRange.length }
  }

  #append(frame: Frame): object | undefined {
    const content = String(frame['content'])
    if (content.length > 100) throw new TooLarge('unable to send; too long')
    const clientMessageId = String(frame['clientMessageId'])
    const known = this.messages.find((message) => message.clientMessageId === clientMessageId)
    const sent = known ?? this.say(content, { senderId: 'ada', clientMessageId })
    return this.mute ? undefined : { ...sent, duplicate: known !== undefined }
  }
}

async function givenPage(room: Room): Promise<FakeBrowser> {
  const page = await openPage(room.answer)
  page.submit('login', 'name', 'ada')
  await vi.waitFor(() => expect(page.at('status').textContent).toBe('connected as ada'))
  page.submit('open', 'room', 'lobby')
  await vi.waitFor(() => expect(page.sent('getHistory')).toHaveLength(1))
  await settled()
  return page
}

/** All that answers here does so in microtasks. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

const shown = (page: FakeBrowser) =>
  page
    .at('messages')
    .children.map((item) => item.textContent.slice(0, item.textContent.indexOf(item.find('small')!.textContent)))
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => String(first + i))

async function reconnected(page: FakeBrowser): Promise<void> {
  const joined = page.sent('joinRoom').length
  page.reconnect()
  await vi.waitFor(() => expect(page.sent('joinRoom')).toHaveLength(joined + 1))
  await settled()
}

test('clears the text field once the message is answered, and keeps what was typed meanwhile', async () => {
  const room = new Room(0)
  const page = await givenPage(room)
  page.submit('send', 'text', 'hello')
  expect(page.at('text').value).toBe('hello')
  page.at('text').value = 'hello again'
  await settled()
  expect(page.at('text').value).toBe(' again')
  expect(shown(page)).toEqual(['hello'])
})

test('keeps the text while the connection is down, says so, and sends it after the reconnect', async () => {
  const room = new Room(0)
  const page = await givenPage(room)
  page.disconnect()
  page.submit('send', 'text', 'hello')
  await settled()
  expect(page.at('text').value).toBe('hello')
  expect(page.at('status').textContent).toBe('not connected')

  await reconnected(page)
  expect(page.at('text').value).toBe('')
  expect(shown(page)).toEqual(['hello'])
  expect(room.messages.map(({ content }) => content)).toEqual(['hello'])
})

test('sends a message whose answer was lost again with the same id, so that it is there once', async () => {
  const room = new Room(0)
  const page = await givenPage(room)
  room.mute = true
  page.submit('send', 'text', 'hello')
  await settled()
  page.disconnect()
  await settled()
  expect(page.at('text').value).toBe('hello')
  expect(page.at('status').textContent).toBe('the connection is gone')

  room.mute = false
  await reconnected(page)
  const ids = page.sent('sendMessage').map((frame) => frame['clientMessageId'])
  expect(ids).toEqual([expect.stringMatching(/^[A-Za-z0-9_-]{1,64}$/), ids[0]])
  expect(room.messages).toHaveLength(1)
  expect(shown(page)).toEqual(['hello'])
  expect(page.at('text').value).toBe('')
})

test('does not send again what has been changed in the text field since', async () => {
  const room = new Room(0)
  const page = await givenPage(room)
  page.disconnect()
  page.submit('send', 'text', 'helo')
  page.at('text').value = 'hello'
  await reconnected(page)
  expect(room.messages).toEqual([])
  page.submit('send', 'text', 'hello')
  await settled()
  expect(shown(page)).toEqual(['hello'])
})

test('keeps the text of a message that the server refuses, and says why', async () => {
  const page = await givenPage(new Room(0))
  page.submit('send', 'text', 'x'.repeat(101))
  await settled()
  expect(page.at('text').value).toBe('x'.repeat(101))
  expect(page.at('status').textContent).toBe('unable to send; too long')
})

test('gives every message an id of its own, the same text too', async () => {
  const page = await givenPage(new Room(0))
  for (let n = 0; n < 2; n += 1) {
    page.submit('send', 'text', 'ok')
    await settled()
  }
  expect(shown(page)).toEqual(['ok', 'ok'])
})

test('shows all of 250 messages that were missed, once and in order', async () => {
  const room = new Room(10)
  const page = await givenPage(room)
  page.receive(room.say('11'))
  page.disconnect()
  for (const content of upTo(260, 12)) room.say(content)
  page.reconnect()
  await vi.waitFor(() => expect(page.sent('joinRoom')).toHaveLength(2))
  page.receive(room.say('261'), room.messages[11]!)
  await settled()
  expect(shown(page)).toEqual(upTo(261))
  expect(
    page
      .sent('getHistory')
      .slice(1)
      .map(({ after, limit }) => [after, limit]),
  ).toEqual([
    [11, 100],
    [111, 100],
    [211, 100],
  ])
})

test('fetches what was missed before messages that have come since', async () => {
  const room = new Room(1)
  const page = await givenPage(room)
  room.say('2')
  page.receive(room.say('3'))
  page.disconnect()
  await reconnected(page)
  expect(shown(page)).toEqual(['1', '2', '3'])
})

test('shows the newest page first, and older ones at the press of a button', async () => {
  const page = await givenPage(new Room(120))
  expect(shown(page)).toEqual(upTo(120, 71))
  for (const first of [21, 1]) {
    expect(page.at('older').hidden).toBe(false)
    page.at('older').click()
    await settled()
    expect(shown(page)).toEqual(upTo(120, first))
  }
  expect(page.at('older').hidden).toBe(true)
})

test('starts a room anew that the server has lost, as one in memory is by a restart', async () => {
  const room = new Room(3)
  const page = await givenPage(room)
  page.disconnect()
  room.messages = []
  room.say('new')
  await reconnected(page)
  expect(shown(page)).toEqual(['new'])
})

test('asks for a fresh address when a file is opened whose own has expired, and only then', async () => {
  const room = new Room(0)
  const file = { fileName: 'a.pdf', contentType: 'application/pdf', size: 1, fileUrl: 'http://bucket/first' }
  room.say('', { file: { ...file, fileUrlExpiresAt: Date.now() + 60_000 } })
  room.say('', { file: { ...file, fileUrlExpiresAt: Date.now() - 1 } })
  const page = await givenPage(room)
  const [valid, expired] = page.at('messages').children.map((item) => item.find('a')!)

  valid!.click()
  expect(page.followed).toEqual(['http://bucket/first'])
  expect(page.sent('getFileUrl')).toEqual([])
  expired!.click()
  await settled()
  expect(page.followed.slice(1)).toEqual(['http://bucket/fresh'])
  expect(page.sent('getFileUrl')).toMatchObject([{ chatRoomId: 'lobby', messageId: '0000000000000002' }])
})

test.each([
  { name: 'a.png', type: 'image/png', bytes: '', declared: 'image/png' },
  { name: 'a.txt', type: 'text/plain;charset=utf-8', bytes: '', declared: 'text/plain' },
  { name: 'Notes.MD', type: '', bytes: '# hi', declared: 'text/markdown' },
  { name: 'a.docx', type: '', bytes: 'PK', declared: expect.stringMatching(/wordprocessingml\.document$/) as string },
  { name: 'Makefile', type: '', bytes: 'äll:', declared: 'text/plain' },
  { name: 'a.constructor', type: '', bytes: 'x', declared: 'text/plain' },
])('declares $name, which the browser calls "$type", as $declared', async ({ name, type, bytes, declared }) => {
  const page = await givenPage(new Room(0))
  page.at('file').files = [new File([bytes], name, { type })]
  page.at('file').dispatch('change')
  await vi.waitFor(() =>
    expect(page.sent('handleFileUpload')).toMatchObject([{ fileName: name, contentType: declared }]),
  )
})

test('says that it does not take a file without a type that is not text', async () => {
  const page = await givenPage(new Room(0))
  page.at('file').files = [new File([new Uint8Array([0x7f, 0xff, 0xfe])], 'core')]
  page.at('file').dispatch('change')
  await vi.waitFor(() => expect(page.at('status').textContent).toBe('core: files of this type are not accepted'))
  expect(page.sent('handleFileUpload')).toEqual([])
})
