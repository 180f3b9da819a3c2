import { Window } from 'happy-dom'
import { createElement, type FunctionComponent, StrictMode, useState } from 'react'
import { renderToString } from 'react-dom/server'
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import type { ChatClient } from '../../client/index.ts'
import { connectionOf } from '../../client/react/connection.ts'
import * as chat from '../../client/react/index.ts'
import { factsOf } from './given-details.ts'
import { givenClient, givenJoinedRoom } from './given-client.ts'
import { settled } from './virtual-clock.ts'

// React looks for these when it is loaded.
const window = new Window()
const { document, navigator } = window
const browser = { window, document, navigator, IS_REACT_ACT_ENVIRONMENT: true }
Object.assign(globalThis, browser)
const { createRoot } = await import('react-dom/client')
const { act } = await import('react')
afterAll(async () => {
  await window.happyDOM.close()
})

let html: () => string

/** Renders a component below a provider, until the test ends. */
async function render(client: ChatClient, component: FunctionComponent): Promise<{ unmount: () => Promise<void> }> {
  const element = window.document.createElement('div')
  const root = createRoot(element)
  html = () => element.textContent
  const show = createElement(StrictMode, {}, createElement(chat.ChatProvider, { client }, createElement(component)))
  await act(async () => {
    root.render(show)
    await settled()
  })
  const unmount = () =>
    act(async () => {
      root.unmount()
      await settled()
    })
  onTestFinished(unmount)
  return { unmount }
}

/** Does something on the server, and waits until everything is shown. */
const happens = (work: () => unknown) =>
  act(async () => {
    await work()
    await settled()
  })

beforeEach(() => {
  html = () => ''
})

test('a provider connects once, StrictMode or not, tells of it, and disconnects at the end', async () => {
  const { client, server } = givenClient()
  const { unmount } = await render(client, () => chat.useConnection().status)
  expect(html()).toBe('connected')
  expect(server.sockets).toHaveLength(1)
  await happens(() => server.socket.cut())
  expect(html()).toBe('disconnected')
  await unmount()
  expect(client.status).toBe('disconnected')
  expect(server.asked('sync')).toHaveLength(1)
})

test('the connection says when it is tried again, and why it has to', async () => {
  const { client, server, clock } = givenClient()
  let connection!: chat.Connection
  await render(client, () => (connection = chat.useConnection()).status)
  const reasons = new Map<string, unknown>()
  connectionOf(client).subscribe(() => {
    const { status, error } = connectionOf(client).get()
    reasons.set(status, error?.code)
  })
  const { error, retryAt } = connection
  expect([error, retryAt, connection.hasBeenConnected]).toEqual([undefined, undefined, true])
  server.down = true
  const before = Date.now()
  await happens(() => server.socket.cut())
  const ended = { code: 'disconnected', message: 'unable to get an answer; the socket closed with 1006' }
  expect(connection).toMatchObject({ status: 'disconnected', hasBeenConnected: true, error: ended })
  expect(connection.retryAt).toBeGreaterThan(before)
  // A component that is mounted later gets the same state.
  await render(client, () => String(chat.useConnection().error))
  expect(html()).toBe(`ChatError: ${ended.message}`)
  server.down = false
  await happens(() => clock.advance(60_000))
  expect(connection).toMatchObject({ status: 'connected', retryAt: undefined, error: undefined })
  // During an attempt the last reason is still shown.
  expect([...reasons]).toEqual([
    ['disconnected', 'disconnected'],
    ['connecting', 'disconnected'],
    ['connected', undefined],
  ])
})

test('two providers of a client: it stays connected until the last is gone', async () => {
  const { client } = givenClient()
  const one = await render(client, () => chat.useConnection().status)
  const two = await render(client, () => chat.useConnection().status)
  await one.unmount()
  expect(client.status).toBe('connected')
  await two.unmount()
  expect(client.status).toBe('disconnected')
})

test('without a provider a hook says what is missing', () => {
  expect(() => renderToString(createElement(() => chat.useConnection().status))).toThrow(
    'unable to use the chat; there is no <ChatProvider client={…}> above',
  )
})

test('a page that is rendered on a server shows what is known, and connects nothing', () => {
  const { client, server } = givenClient()
  const Page = () => {
    const { room } = chat.useRoom('general')
    const { messages, isLoading } = chat.useMessages(room)
    return `${chat.useConnection().status} ${messages.length} ${isLoading} ${chat.useRooms().length}`
  }
  const text = renderToString(createElement(chat.ChatProvider, { client }, createElement(Page)))
  expect(text).toBe('disconnected 0 true 0')
  expect(server.sockets).toEqual([])
})

test('a room is joined, its newest page loaded, and what is said shown, this user’s own at once', async () => {
  const { client, server } = givenClient()
  for (let i = 1; i <= 5; i++) server.keep('general', `${i}`)
  let timeline!: chat.Messages
  await render(client, () => {
    const { room, joined } = chat.useRoom('general')
    timeline = chat.useMessages(room, { pageSize: 2 })
    const { messages, unsent, hasOlder } = timeline
    return [joined, hasOlder, ...[...messages, ...unsent].map(({ content }) => content)].join(' ')
  })
  expect(html()).toBe('true true 4 5')
  await happens(() => server.socket.events(server.keep('general', '6')))
  expect(html()).toBe('true true 4 5 6')
  await happens(timeline.loadOlder)
  expect(html()).toBe('true true 2 3 4 5 6')
  await happens(timeline.loadOlder)
  expect(html()).toBe('true false 1 2 3 4 5 6')
  await happens(() => server.socket.cut())
  await happens(() => timeline.send('mine'))
  expect(html()).toBe('true false 1 2 3 4 5 6 mine')
})

/** Renders a component that shows one room and then another one. */
async function renderRooms(client: ChatClient, show: (room: ReturnType<ChatClient['room']>) => string) {
  let open!: (id: string) => void
  const { unmount } = await render(client, () => {
    const [id, setId] = useState('a')
    open = setId
    return show(chat.useRoom(id).room)
  })
  return Object.assign((id: string) => happens(() => open(id)), { unmount })
}

test('a room that is opened while a page of another one loads is loaded too, each as far as it is', async () => {
  const { client, server, clock } = givenClient()
  for (const id of ['a', 'b']) server.keep(id, `of ${id}`)
  server.override = ({ action, chatRoomId }) => (action === 'getHistory' && chatRoomId === 'a' ? 'nothing' : undefined)
  const open = await renderRooms(client, (room) => {
    const { messages, isLoading, hasOlder } = chat.useMessages(room)
    return `${isLoading} ${hasOlder} ${messages.map(({ content }) => content).join()}`
  })
  expect(html()).toBe('true true ')
  await open('b')
  expect(html()).toBe('false false of b')
  server.override = () => undefined
  await open('a')
  expect(html()).toBe('true true ')
  // The request without an answer is tried again.
  await happens(() => clock.advance(60_000))
  expect(html()).toBe('false false of a')
  await open('b')
  await open('a')
  expect(server.asked('getHistory').filter(({ chatRoomId }) => chatRoomId === 'b')).toHaveLength(1)
})

test('why a page failed is not said of another room or thread', async () => {
  const { client, server } = givenClient()
  for (const id of ['a', 'b']) server.keep(id, `of ${id}`)
  server.override = ({ action, chatRoomId }) =>
    action !== 'getHistory'
      ? undefined
      : chatRoomId === 'a'
        ? { error: { code: 'forbidden', message: 'no', retryable: false } }
        : 'nothing'
  const open = await renderRooms(client, (room) => String(chat.useMessages(room).error))
  expect(html()).toBe('ChatError: no')
  await open('b')
  expect(html()).toBe('undefined')
})

test('a room that can’t be joined, or read, says why', async () => {
  const { client, server } = givenClient()
  server.override = ({ action }) =>
    action === 'joinRoom' || action === 'getHistory'
      ? { error: { code: 'room_not_found', message: 'no', retryable: false } }
      : undefined
  await render(client, () => {
    const { room, error, joined } = chat.useRoom('nowhere')
    const { error: failed } = chat.useMessages(room)
    return `${joined} ${String(error)} ${String(failed)}`
  })
  expect(html()).toBe('false ChatError: no ChatError: no')
})

test('why a room could not be joined is told no more once it was, or while another is shown', async () => {
  const { client, server } = givenClient()
  server.room('b')
  const open = await renderRooms(client, (room) => {
    const { joined, error } = chat.useRoom(room.id)
    return `${joined} ${String(error)}`
  })
  expect(html()).toBe('false ChatError: refused by the fake server')
  server.room('a')
  await happens(() => client.room('a').join())
  expect(html()).toBe('true undefined')
  await happens(() => client.room('a').leave())
  expect(html()).toBe('false undefined')
  server.rooms.delete('a')
  await open('b')
  server.override = ({ action }) => (action === 'joinRoom' ? 'nothing' : undefined)
  await open('a')
  expect(html()).toBe('false undefined')
})

test('what a room is, and what this user is in it, is shown as it changes, and nobody joins by looking', async () => {
  const { client, server } = givenClient()
  server.features = ['sessions', 'changes']
  for (const id of ['general', 'other']) server.room(id)
  server.facts.set('general', factsOf('link', 'member'))
  await client.connect()
  let renders = 0
  await render(client, () => {
    const { room, access, role, closed, joined } = chat.useRoom(client.room('general'))
    renders++
    return `${room.id} ${access} ${role} ${closed} ${joined} ${chat.useRoom(client.room('elsewhere')).joined}`
  })
  expect(html()).toBe('general link member false true false')
  expect(server.asked('joinRoom')).toEqual([])
  const before = renders
  await happens(() => server.socket.events(server.keep('general', 'hello')))
  expect(renders).toBe(before)
  const event = { event: 'memberUpdated', userId: 'me', role: 'moderator', version: 1 }
  await happens(() => server.socket.events(server.log('general', event)))
  expect(html()).toBe('general link moderator false true false')
  await happens(() => server.socket.events({ event: 'removed', chatRoomId: 'general', reason: 'kicked' }))
  expect(html()).toMatch(/ false false$/)
})

test('rooms are listed with the unread first, then the one in which something was said last', async () => {
  const { client, server, clock } = givenClient()
  for (const id of ['a', 'b', 'c']) server.room(id)
  await render(client, () =>
    chat
      .useRooms()
      .map(({ id, lastMessage }) => `${id}${lastMessage?.content ?? ''}`)
      .join(' '),
  )
  expect(html()).toBe('a b c')
  await clock.advance(1_000)
  await happens(() => server.socket.events(server.keep('c', ' hello')))
  expect(html()).toBe('c hello a b')
  await clock.advance(1_000)
  await happens(() => server.socket.events(server.keep('b', ' hi')))
  expect(html()).toBe('b hi c hello a')
})

test('typing, receipts and permissions are shown as they change', async () => {
  const { client, server, clock } = givenClient()
  server.features = ['sessions', 'changes']
  server.room('general')
  server.facts.set('general', factsOf('link', 'member'))
  await client.connect()
  await client.room('general').join()
  let typing!: ReturnType<typeof chat.useTyping>
  const { unmount } = await render(client, () => {
    const { room } = chat.useRoom('general')
    const can = chat.usePermissions(room)
    typing = chat.useTyping(room)
    return `${typing.typing.join()} ${JSON.stringify(chat.useReceipts(room))} ${can('kick')}`
  })
  expect(html()).toBe(' {"bob":2} false')
  const expiresAt = clock.now() + 10_000
  await happens(() =>
    server.socket.events(
      { event: 'typing', chatRoomId: 'general', userId: 'ada', isTyping: true, expiresAt },
      { event: 'receipts', chatRoomId: 'general', receipts: { ada: 3, bob: 1 } },
      server.log('general', { event: 'memberUpdated', userId: 'me', role: 'moderator', version: 1 }),
    ),
  )
  expect(html()).toBe('ada {"bob":2,"ada":3} true')
  await happens(typing.keystroke)
  expect(server.asked('typingIndicator')).toMatchObject([{ isTyping: true }])
  await unmount()
})

test('receipts are asked for once by all who show them, again after an absence, and end with a membership', async () => {
  const { client, server, clock } = givenClient()
  server.room('general')
  await client.connect()
  const Read = () => JSON.stringify(chat.useReceipts(chat.useRoom('general').room))
  const asked = () => server.asked('getReceipts').length
  await render(client, () => [1, 2].map((key) => createElement(Read, { key })))
  expect(html()).toBe('{"bob":2}{"bob":2}')
  expect(asked()).toBe(1)
  await happens(() => server.socket.cut())
  await happens(() => clock.advance(60_000))
  expect(asked()).toBe(2)
  const left = { event: 'memberLeft', chatRoomId: 'general', userId: 'bob', timestamp: 1 }
  await happens(() => server.socket.events(left))
  expect(html()).toBe('{}{}')
})

test('receipts that are forgotten with a room’s messages are asked for again', async () => {
  const { client, server, clock } = givenClient()
  server.features = ['sessions', 'changes']
  server.room('general')
  await render(client, () => JSON.stringify(chat.useReceipts(chat.useRoom('general').room)))
  expect(html()).toBe('{"bob":2}')
  server.forgottenRevs = 10
  for (let i = 0; i < 10; i++) server.log('general', { event: 'roomUpdated' })
  const told: string[] = []
  client.room('general').on('stale', () => told.push('stale'))
  await happens(() => client.room('general').join())
  await happens(() => clock.advance(3_000))
  expect(told).toHaveLength(1)
  expect(html()).toBe('{"bob":2}')
  expect(server.asked('getReceipts')).toHaveLength(2)
})

test('a room of too many members tells no receipts, and that is no fault', async () => {
  const { client, server, errors } = givenClient()
  server.room('general')
  server.override = ({ action }) =>
    action === 'getReceipts' ? { error: { code: 'limit_reached', message: 'no', retryable: false } } : undefined
  await render(client, () => JSON.stringify(chat.useReceipts(chat.useRoom('general').room)))
  expect(html()).toBe('{}')
  expect(errors).toEqual([])
})

test('a conversation with one user has what a room has from its first message on', async () => {
  const { client, server } = givenClient()
  server.features = ['sessions', 'changes']
  let typing!: ReturnType<typeof chat.useTyping>
  const bob = client.direct('bob')
  await render(client, () => {
    typing = chat.useTyping(bob)
    const can = chat.usePermissions(bob)
    return `${chat.usePresence(bob).length} ${JSON.stringify(chat.useReceipts(bob))} ${can('send')}`
  })
  expect(html()).toBe('0 {} false')
  await happens(typing.keystroke)
  expect(server.asked('typingIndicator')).toEqual([])
  await happens(() => bob.send({ content: 'hi' }).done)
  expect(html()).toMatch(/^0 \{"bob":2\} /)
  await happens(typing.keystroke)
  expect(server.asked('typingIndicator')).toHaveLength(1)
})

/** Shows bob as present in the room general. */
function givenBobPresent({ server, clock }: Pick<ReturnType<typeof givenClient>, 'server' | 'clock'>): void {
  server.room('general')
  server.features = ['sessions', 'presence']
  server.override = ({ action }) => {
    if (action === 'enterPresence') return { data: { until: clock.now() + 300_000, everyMs: 120_000 } }
    if (action === 'leavePresence') return { data: {} }
    if (action !== 'getPresence') return undefined
    return { data: { present: [{ userId: 'bob', since: 1 }], count: 1, capped: false } }
  }
}

test('who is here is shown while a component asks, this user among them', async () => {
  const { client, server, clock } = givenClient()
  givenBobPresent({ server, clock })
  const People = () => {
    const people = chat.usePresence(chat.useRoom('general').room)
    return people.map(({ userId }) => userId).join()
  }
  let show!: (places: number) => void
  await render(client, () => {
    const [places, setPlaces] = useState(1)
    show = setPlaces
    return Array.from({ length: places }, (_, key) => createElement(People, { key }))
  })
  expect(html()).toBe('bob')
  const at = clock.now()
  await happens(() =>
    server.socket.events({ event: 'presenceEntered', chatRoomId: 'general', userId: 'ada', since: at, at }),
  )
  expect(html()).toBe('ada,bob')
  // StrictMode mounts twice.
  expect(server.asked('enterPresence')).toHaveLength(2)
  await happens(() => show(2))
  const left = server.asked('leavePresence').length
  expect(html()).toBe('bobbob')
  await happens(() => show(1))
  expect(html()).toBe('bob')
  expect(server.asked('leavePresence')).toHaveLength(left)
  await happens(() => show(0))
  expect(server.asked('leavePresence')).toHaveLength(left + 1)
})

test('whoever was shown out is here no more, without a request, and here again when they are put in again', async () => {
  const { client, server, clock } = givenClient()
  givenBobPresent({ server, clock })
  await client.connect()
  await render(client, () => {
    const people = chat.usePresence(client.room('general'))
    return `${people.map(({ userId }) => userId).join()} ${JSON.stringify(chat.useReceipts(client.room('general')))}`
  })
  expect(html()).toBe('bob {"bob":2}')
  const left = server.asked('leavePresence').length
  const removed = { event: 'removed', chatRoomId: 'general', reason: 'kicked' }
  await happens(() => server.socket.events(removed))
  expect(html()).toBe(' {}')
  expect(server.asked('leavePresence')).toHaveLength(left)
  const added = { event: 'roomAdded', chatRoomId: 'general', roomName: 'general', headSeq: 0 }
  await happens(() => server.socket.events(added))
  expect(html()).toBe('bob {"bob":2}')
  const entered = server.asked('enterPresence').length
  await happens(() => server.socket.events(removed, added))
  expect(html()).toBe('bob {"bob":2}')
  expect(server.asked('enterPresence')).toHaveLength(entered + 1)
})

test('who is online is asked for once by all who show it, and again after an absence', async () => {
  const { client, server, clock } = givenClient()
  server.features = ['sessions', 'presence']
  const id = 'dm:1'
  server.override = ({ action }) =>
    action === 'getOnline' ? { data: { rooms: { [id]: { userIds: ['bob', 'me'] } } } } : undefined
  server.room(id)
  const Dot = ({ of }: { of: string }) => String(chat.useOnline(of))
  await render(client, () => ['bob', 'ada', 'me'].map((of) => createElement(Dot, { of, key: of })))
  expect(html()).toBe('truefalsetrue')
  expect(server.asked('getOnline')).toHaveLength(1)
  const at = clock.now()
  await happens(() =>
    server.socket.events({ event: 'online', chatRoomId: id, userId: 'ada', online: true, effectiveAt: at, at }),
  )
  expect(html()).toBe('truetruetrue')
  await happens(() => server.socket.cut())
  await happens(() => clock.advance(60_000))
  expect(server.asked('getOnline')).toHaveLength(2)
  expect(html()).toBe('truefalsetrue')
})

test('who is online in a room is asked for while its members are shown', async () => {
  const { client, server } = givenClient()
  server.features = ['sessions', 'presence']
  const online: Record<string, string[]> = { 'dm:1': ['bob'], tea: ['bob', 'cleo', 'dan'] }
  server.override = (frame) => {
    if (frame.action !== 'getOnline') return undefined
    const ids = frame.chatRoomIds as string[]
    return { data: { rooms: Object.fromEntries(ids.map((id) => [id, { userIds: online[id], capped: false }])) } }
  }
  for (const id of Object.keys(online)) server.room(id)
  const talk = client.room('tea')
  const Dot = ({ of, isMember = true }: { of: string; isMember?: boolean }) =>
    String(chat.useOnline(of, true, isMember ? talk : undefined))
  let show!: (members: readonly string[]) => void
  const List = () => {
    const [members, setMembers] = useState<readonly string[]>([])
    show = setMembers
    return [
      createElement(Dot, { of: 'cleo', isMember: false, key: 'direct' }),
      ...members.map((of) => createElement(Dot, { of, key: of })),
    ]
  }
  await render(client, List)
  const asked = () => server.asked('getOnline').map(({ chatRoomIds }) => chatRoomIds)
  // StrictMode mounts twice.
  const first = asked()
  expect(first.every((ids) => String(ids) === 'dm:1')).toBe(true)
  expect(html()).toBe('false')
  await happens(() => show(['bob', 'cleo', 'eve']))
  expect(asked().slice(first.length)).toEqual([['tea']])
  expect(html()).toBe('truetruetruefalse')
  const at = 1
  await happens(() =>
    server.socket.events({ event: 'online', chatRoomId: 'dm:1', userId: 'bob', online: false, effectiveAt: at, at }),
  )
  expect(html()).toBe('truefalsetruefalse')
  await happens(() => show([]))
  expect(html()).toBe('false')
  expect(asked()).toHaveLength(first.length + 1)
})

test('who is shown is asked for once, and shown when it is known', async () => {
  const { client, server, clock } = givenClient()
  server.features = ['sessions', 'profiles']
  server.profiles.set('ada', { userId: 'ada', name: 'Ada', updatedAt: 1 })
  const Name = ({ id }: { id: string }) => chat.useUser(id)?.name ?? id
  await render(client, () => ['ada', 'bob', 'ada'].map((id, key) => createElement(Name, { id, key })))
  expect(html()).toBe('adabobada')
  await happens(() => clock.advance(50))
  expect(html()).toBe('AdabobAda')
  expect(server.asked('getUsers')).toHaveLength(1)
})

test('a file on its way is shown with how far it is, and why it failed, until it is taken away', async () => {
  const progress: ((fraction: number) => void)[] = []
  const { client, server } = await givenJoinedRoom({
    postForm: (_url, _form, { onProgress, signal }) =>
      new Promise((_, reject) => {
        progress.push(onProgress!)
        signal?.addEventListener('abort', () => reject(signal.reason as Error))
      }),
  })
  server.override = ({ action }) =>
    action === 'handleFileUpload' ? { data: { url: 'https://bucket.example/', fields: { key: 'k' } } } : undefined
  let files!: ReturnType<typeof chat.useUpload>
  await render(client, () => {
    files = chat.useUpload(chat.useRoom('general').room)
    return files.uploads.map(({ fraction, error }) => `${fraction} ${String(error)}`).join()
  })
  const uploading: Promise<unknown>[] = []
  await happens(() => uploading.push(files.upload(new Blob(['x']), { fileName: 'x.txt' })))
  expect(html()).toBe('0 undefined')
  await happens(() => progress[0]!(0.5))
  expect(html()).toBe('0.5 undefined')
  await happens(() => files.uploads[0]!.cancel())
  expect(html()).toBe('')
  expect(await uploading[0]).toBeUndefined()
  server.override = ({ action }) =>
    action === 'handleFileUpload' ? { error: { code: 'too_large', message: 'no', retryable: false } } : undefined
  await happens(() => uploading.push(files.upload(new Blob(['x']))))
  expect(html()).toBe('0 ChatError: no')
  await happens(() => files.uploads[0]!.cancel())
  expect(html()).toBe('')
})

test('what is asked about a room before this user is in it is asked again when they are', async () => {
  const { client, server } = givenClient()
  server.features = ['sessions', 'presence']
  server.keep('general', 'hello')
  server.rooms.delete('general')
  let isIn = false
  server.override = ({ action }) => {
    if (action === 'joinRoom' && server.rooms.has('general')) isIn = true
    const isAbout = ['getHistory', 'getReceipts', 'enterPresence', 'getPresence', 'getRoom'].includes(action)
    if (isAbout && !isIn) return { error: { code: 'not_a_member', retryable: false } }
    if (action === 'enterPresence') return { data: { until: 1, everyMs: 120_000 } }
    if (action === 'getPresence') return { data: { present: [{ userId: 'bob', since: 1 }], count: 1, capped: false } }
    return undefined
  }
  await render(client, () => {
    const { room, joined, error } = chat.useRoom('general')
    const { messages, error: failed } = chat.useMessages(room)
    const people = chat.usePresence(room).map(({ userId }) => userId)
    const read = JSON.stringify(chat.useReceipts(room))
    return [joined, String(error ?? failed), messages.length, people.join(), read].join(' ')
  })
  expect(html()).toBe('false ChatError: refused by the fake server 0  {}')
  await happens(async () => {
    server.keep('general', 'hello')
    await client.room('general').join()
  })
  expect(html()).toBe('true undefined 1 bob {"bob":2}')
})

test('rooms that one joins and leaves here are in the list, or not, at once', async () => {
  const { client, server } = givenClient()
  for (const id of ['a', 'b']) server.room(id)
  await client.connect()
  server.room('c')
  await render(client, () => {
    const ids = chat.useRooms().map(({ id }) => id)
    return `${ids.join('')} ${chat.useRoom(client.room('a')).joined}`
  })
  expect(html()).toBe('ab true')
  await happens(() => client.room('c').join())
  expect(html()).toBe('abc true')
  await happens(() => client.room('a').leave())
  expect(html()).toBe('bc false')
  await happens(() => client.room('a').join())
  expect(html()).toBe('abc true')
})

test('a file on its way is shown in the room that it goes to', async () => {
  const { client, server } = givenClient()
  for (const id of ['a', 'b']) server.room(id)
  server.override = ({ action }) => (action === 'handleFileUpload' ? 'nothing' : undefined)
  let files!: ReturnType<typeof chat.useUpload>
  const open = await renderRooms(client, (room) => {
    files = chat.useUpload(room)
    return files.uploads.map(({ file }) => file.size).join()
  })
  const uploading: Promise<unknown>[] = []
  await happens(() => uploading.push(files.upload(new Blob(['of a']), { fileName: 'a.txt' })))
  expect(html()).toBe('4')
  await open('b')
  expect(html()).toBe('')
  await open('a')
  expect(html()).toBe('4')
  // It goes on without the component, and another one shows it.
  await open.unmount()
  await render(client, () =>
    chat
      .useUpload(client.room('a'))
      .uploads.map(({ file }) => file.size)
      .join(),
  )
  expect(html()).toBe('4')
  await happens(() => files.uploads.forEach(({ cancel }) => cancel()))
  expect(html()).toBe('')
  await Promise.all(uploading)
})
